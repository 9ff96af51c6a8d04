// A config source in C++20, written against the SDK alone: one gateway from two environment
// variables.
#include <limn/sdk.hpp>

namespace {

class TestSource
{
public:
  TestSource(limn::sdk::Host host, limn::sdk::Settings) : m_host(host) {}

  void collect(limn::sdk::Gateways& gateways)
  {
    const auto url = m_host.env("TEST_SOURCE_URL");
    if (!url || url->empty()) {
      return;
    }
    limn::sdk::FoundGateway gateway;
    gateway.name = "test_source";
    gateway.base_url = *url;
    gateway.origin = "env:TEST_SOURCE_URL";
    if (const auto key = m_host.env("TEST_SOURCE_KEY"); key && !key->empty()) {
      gateway.api_key = *key;
    } else {
      gateway.problem = "TEST_SOURCE_KEY is not set";
    }
    gateways.add(gateway);
  }

private:
  limn::sdk::Host m_host;
};

} // namespace

LIMN_PLUGIN("test_source", "1.0.0", "limn's tests",
            limn::sdk::config_source<TestSource>("test_source", "Test source",
                                                 "One gateway from TEST_SOURCE_URL and "
                                                 "TEST_SOURCE_KEY"))
