// A sound config source: the two gateways that the environment may hold. A plugin with a fault says
// what it does otherwise in a class that derives from it.
#pragma once

#include <limn/sdk.hpp>

#include <string>

class Finding
{
public:
  Finding(limn::sdk::Host host, limn::sdk::Settings) : m_host(host) {}

  void collect(limn::sdk::Gateways& gateways)
  {
    for (const char* name : {"OPENAI", "CLAWTO"}) {
      auto gateway = found(name);
      if (!gateway.base_url.empty() && !gateways.add(gateway)) {
        return;
      }
    }
  }

protected:
  std::string variable(const std::string& name) const { return m_host.env(name).value_or(""); }

  limn::sdk::FoundGateway found(const std::string& name) const
  {
    limn::sdk::FoundGateway gateway;
    gateway.base_url = variable(name + "_BASE_URL");
    gateway.api_key = variable(name + "_API_KEY");
    gateway.origin = "env:" + name + "_BASE_URL";
    return gateway;
  }

  limn::sdk::Host m_host;
};

#define FINDING_PLUGIN(Class)                                                                      \
  LIMN_PLUGIN(PLUGIN_NAME, "1.2.3", "Acme",                                                        \
              limn::sdk::config_source<Class>(PLUGIN_NAME, "For tests", "For tests."))
