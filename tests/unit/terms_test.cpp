#include "plugin/provider.hpp"
#include "plugin/terms_reader.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace limn;
using sdk::to_abi;

namespace terms_test {

namespace {

limn_terms terms_with(std::string_view header, std::string_view scheme = {})
{
  limn_terms terms{};
  terms.struct_size = sizeof terms;
  terms.key_header = to_abi(header);
  terms.key_scheme = to_abi(scheme);
  return terms;
}

using Tell = std::function<limn_status(const limn_gateway&, const limn_terms_sink*)>;

limn_status call(void* instance, const limn_gateway* gateway, const limn_terms_sink* sink,
                 const limn_error_sink*)
{
  return (*static_cast<Tell*>(instance))(*gateway, sink);
}

// What a provider with that `terms` makes of a gateway.
Result<GatewayTerms> asked(Tell tell, std::uint32_t table_size = sizeof(limn_provider_v1))
{
  limn_provider_v1 functions{};
  functions.struct_size = table_size;
  functions.terms = call;
  limn_component component{};
  component.struct_size = sizeof component;
  component.destroy = [](void*) {};
  component.functions = &functions;
  Provider provider(&component, &tell, "provider acme (/acme.so)");
  const Pairs settings{{"api_version", "2025"}};
  auto terms = provider.terms({"work", "https://gw.example/openai", {}, &settings});
  CHECK(provider.breach().empty()
        == (terms.has_value() || terms.error().failure_class != FailureClass::internal));
  return terms;
}

} // namespace

TEST_CASE("a key goes where a header's name says that it carries one, and nowhere else")
{
  struct Case {
    const char* header;
    const char* scheme;
    bool is_taken;
  };
  const Case cases[] = {{"api-key", "", true},
                        {"x-goog-api-key", "", true},
                        {"X-Api-Key", "", true},
                        {"Authorization", "Key", true},
                        {"Authorization", "Bearer", true},
                        {"X-Auth-Token", "", true},
                        {"X-Title", "", false},
                        {"Host", "", false},
                        {"Content-Length", "", false},
                        {"Transfer-Encoding", "", false},
                        {"Connection", "", false},
                        {"Cookie", "", false},
                        {"Set-Cookie", "", false},
                        {"Proxy-Authorization", "", false},
                        {"Sec-WebSocket-Key", "", false},
                        {"Idempotency-Key", "", false},
                        {"TE", "", false},
                        {"User-Agent", "", false},
                        {"api key", "", false},
                        {"api-key:", "", false},
                        {"x\r\nHost: evil\r\napi-key", "", false},
                        {"Authorization", "Key\r\nX: y", false},
                        {"Authorization", "Key Key", false}};
  for (const auto& one : cases) {
    CAPTURE(one.header);
    CAPTURE(one.scheme);
    const auto terms = terms_with(one.header, one.scheme);
    const auto read = read_terms(&terms);
    REQUIRE(read.has_value() == one.is_taken);
    if (read) {
      CHECK(read->key == KeyForm{one.header, one.scheme});
    }
  }
}

TEST_CASE("what a provider does not tell is as with OpenAI")
{
  const auto silent = asked([](const limn_gateway&, const limn_terms_sink*) { return LIMN_OK; });
  CHECK(silent.value() == GatewayTerms());
  const auto empty = asked([](const limn_gateway&, const limn_terms_sink* sink) {
    const auto terms = terms_with("", "Key"); // a scheme without a header says nothing
    sink->tell(sink->context, &terms);
    return LIMN_OK;
  });
  CHECK(empty.value() == GatewayTerms());
}

TEST_CASE("a provider sees the gateway's settings, and no model, and tells its terms")
{
  const auto terms = asked([](const limn_gateway& gateway, const limn_terms_sink* sink) {
    CHECK(sdk::from_abi(gateway.base_url) == "https://gw.example/openai");
    CHECK(gateway.model.size == 0);
    const sdk::Gateway copy(gateway);
    const auto path = "/models?api-version=" + copy.setting("api_version").value_or("");
    auto told = terms_with("api-key");
    told.flags = LIMN_TERMS_KEY_CHECK;
    told.models_path = to_abi(path);
    told.models_list = to_abi("a/b");
    told.models_id = to_abi("name");
    told.longest_attempt_ms = 1'800'000;
    sink->tell(sink->context, &told);
    return LIMN_OK;
  });
  REQUIRE(terms);
  CHECK(terms->key == KeyForm{"api-key", ""});
  CHECK(terms->models == GatewayTerms::Models::key_check);
  CHECK(terms->models_path == "/models?api-version=2025");
  CHECK(terms->models_list == "a/b");
  CHECK(terms->models_id == "name");
  CHECK(terms->longest_attempt == std::chrono::minutes(30));
}

TEST_CASE("terms that break the contract are none")
{
  const auto refused = [](const std::function<void(limn_terms&)>& change) {
    auto terms = terms_with("api-key");
    change(terms);
    return !read_terms(&terms);
  };
  CHECK(!read_terms(nullptr));
  CHECK(refused([](limn_terms& terms) { terms.struct_size = 24; }));
  CHECK(refused([](limn_terms& terms) { terms.models_path = to_abi("models"); }));
  CHECK(refused([](limn_terms& terms) { terms.models_path = to_abi("/models#x"); }));
  CHECK(refused([](limn_terms& terms) { terms.models_path = to_abi("/a b"); }));
  CHECK(refused([](limn_terms& terms) { terms.key_header = {nullptr, 3}; }));
  CHECK(refused([](limn_terms& terms) { terms.longest_attempt_ms = -1; }));
  CHECK(refused([](limn_terms& terms) { terms.longest_attempt_ms = 86'400'001; }));
  const auto twice = asked([](const limn_gateway&, const limn_terms_sink* sink) {
    const auto terms = terms_with("api-key");
    sink->tell(sink->context, &terms);
    sink->tell(sink->context, &terms);
    return LIMN_OK;
  });
  REQUIRE(!twice);
  CHECK(twice.error().message.find("told its terms 2 times") != std::string::npos);
}

TEST_CASE("a table that ends before terms is asked for none")
{
  const auto terms = asked(
    [](const limn_gateway&, const limn_terms_sink*) -> limn_status {
      FAIL("read a member that the plugin does not have");
      return LIMN_INTERNAL;
    },
    offsetof(limn_provider_v1, terms));
  CHECK(terms.value() == GatewayTerms());
}

} // namespace terms_test
