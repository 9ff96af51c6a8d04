#include "plugin/config_source.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

using namespace limn;

namespace {

using Collect = limn_status (*)(void*, const limn_query*, const limn_gateway_sink*,
                                const limn_error_sink*);

CollectedGateways collect_with(Collect collect)
{
  const limn_config_source_v1 functions{sizeof(limn_config_source_v1), 0, collect};
  const limn_component component{sizeof(limn_component),
                                 0,
                                 LIMN_STR(LIMN_KIND_CONFIG_SOURCE),
                                 LIMN_STR("acme"),
                                 {},
                                 {},
                                 nullptr,
                                 [](void*) {},
                                 &functions};
  ConfigSource source(&component, nullptr, "config-source acme (/acme.so)");
  return source.collect();
}

limn_found_gateway a_found_gateway()
{
  limn_found_gateway found{};
  found.struct_size = sizeof found;
  found.base_url = LIMN_STR("https://gw.example/v1");
  return found;
}

} // namespace

TEST_CASE("what a source found before it failed still counts")
{
  const auto collected = collect_with([](void*, const limn_query*, const limn_gateway_sink* sink,
                                         const limn_error_sink* errors) {
    auto found = a_found_gateway();
    found.flags = LIMN_GATEWAY_WITHOUT_KEY;
    found.name = LIMN_STR("a\x1b]0;b");
    const limn_kv header{LIMN_STR("X-Team"), LIMN_STR("art")};
    found.headers = &header;
    found.header_count = 1;
    found.settings = &header;
    found.setting_count = 1;
    CHECK(sink->add(sink->context, &found) == 0);
    const limn_error error{sizeof(limn_error), LIMN_SETTINGS, LIMN_STR("bad YAML"), {}, {}, {}, -1};
    errors->report(errors->context, &error);
    return limn_status{LIMN_SETTINGS};
  });
  REQUIRE(collected.gateways.size() == 1);
  CHECK(collected.gateways[0].without_key);
  CHECK(collected.gateways[0].name.find('\x1b') == std::string::npos);
  CHECK(collected.gateways[0].headers == Pairs{{"X-Team", "art"}});
  CHECK(collected.gateways[0].settings == Pairs{{"X-Team", "art"}});
  CHECK(collected.gateways[0].origins == std::vector<std::string>{"acme"});
  REQUIRE(collected.failure);
  CHECK(collected.failure->failure_class == FailureClass::settings);
  CHECK(collected.failure->message == "bad YAML");
}

TEST_CASE("a source that breaks the contract is named, and its other gateways stay")
{
  const std::pair<Collect, const char*> cases[] = {
    {[](void*, const limn_query*, const limn_gateway_sink* sink, const limn_error_sink*) {
       sink->add(sink->context, nullptr);
       const auto found = a_found_gateway();
       sink->add(sink->context, &found);
       return limn_status{LIMN_OK};
     },
     "broke rule 1 of the plugin contract: collect gave a gateway that is smaller than "
     "limn_found_gateway of contract 1.0"},
    {[](void*, const limn_query*, const limn_gateway_sink* sink, const limn_error_sink*) {
       auto found = a_found_gateway();
       sink->add(sink->context, &found);
       found.api_key = {nullptr, 20};
       sink->add(sink->context, &found);
       return limn_status{LIMN_OK};
     },
     "broke rule 9 of the plugin contract: collect gave a key with a size but without data"},
    {[](void*, const limn_query*, const limn_gateway_sink* sink,
        const limn_error_sink*) -> limn_status {
       const auto found = a_found_gateway();
       sink->add(sink->context, &found);
       throw std::runtime_error("out of ink");
     },
     "broke rule 7 of the plugin contract: collect threw an exception: out of ink"},
  };
  for (const auto& one : cases) {
    const auto& collect = one.first;
    const auto& breach = one.second;
    CAPTURE(std::string(breach));
    const auto collected = collect_with(collect);
    CHECK(collected.gateways.size() == 1);
    REQUIRE(collected.failure);
    CHECK(collected.failure->failure_class == FailureClass::internal);
    CHECK(collected.failure->message == std::string("config-source acme (/acme.so) ") + breach);
  }
}

TEST_CASE("a source may say where a key is, and then it has none itself")
{
  const auto collected = collect_with(
    [](void*, const limn_query*, const limn_gateway_sink* sink, const limn_error_sink*) {
      auto found = a_found_gateway();
      found.api_key_env = LIMN_STR("ACME_KEY");
      sink->add(sink->context, &found);
      found.api_key_env = {};
      found.api_key_file = LIMN_STR("~/acme/key");
      sink->add(sink->context, &found);
      found.struct_size = offsetof(limn_found_gateway, api_key_env); // a plugin of minor 0
      sink->add(sink->context, &found);
      return limn_status{LIMN_OK};
    });
  REQUIRE(!collected.failure);
  REQUIRE(collected.gateways.size() == 3);
  CHECK(collected.gateways[0].key_place.variable == "ACME_KEY");
  CHECK(collected.gateways[1].key_place.file == "~/acme/key");
  CHECK(collected.gateways[2].key_place.file.empty());
  const auto twofold = collect_with(
    [](void*, const limn_query*, const limn_gateway_sink* sink, const limn_error_sink*) {
      auto found = a_found_gateway();
      found.api_key = LIMN_STR("a-key-of-the-test");
      found.api_key_env = LIMN_STR("a-key-that-was-pasted-here");
      sink->add(sink->context, &found);
      return limn_status{LIMN_OK};
    });
  REQUIRE(twofold.failure);
  CHECK(twofold.failure->message.find("more than one of api_key, api_key_env and api_key_file")
        != std::string::npos);
  CHECK(twofold.failure->message.find("a-key-") == std::string::npos);
}

TEST_CASE("a source that never ends is told to stop")
{
  const auto collected = collect_with(
    [](void*, const limn_query*, const limn_gateway_sink* sink, const limn_error_sink*) {
      const auto found = a_found_gateway();
      while (sink->add(sink->context, &found) == 0) {
      }
      return limn_status{LIMN_OK};
    });
  CHECK(collected.gateways.size() == 1000);
  CHECK(!collected.failure);
}
