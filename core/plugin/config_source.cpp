#include "plugin/config_source.hpp"

#include "plugin/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_max_gateways = 1000;
constexpr std::size_t k_max_gateway_name = 100;
constexpr std::size_t k_max_origin = 500;
constexpr std::size_t k_max_url = 8 * 1024;
constexpr std::size_t k_max_key = 64 * 1024;
constexpr PairLimits k_setting_limits{1000, 256, 64 * 1024};

// Users paste keys where a variable's name belongs: no fault, and no message, tells them.
Read<KeyPlace> read_key_place(const limn_found_gateway& found)
{
  KeyPlace place;
  if (LIMN_HAS(&found, limn_found_gateway, api_key_env)) { // else of a plugin of minor 0
    LIMN_TRY_ASSIGN(place.variable,
                    read_text(found.api_key_env, k_max_key, "the name of a key's variable"));
  }
  if (LIMN_HAS(&found, limn_found_gateway, api_key_file)) {
    LIMN_TRY_ASSIGN(place.file, read_text(found.api_key_file, k_max_url, "a key's file"));
  }
  const bool is_given[] = {found.api_key.size > 0, !place.variable.empty(), !place.file.empty()};
  if (std::ranges::count(is_given, true) > 1) {
    return fail(Fault{0, "gave a gateway more than one of api_key, api_key_env and api_key_file"});
  }
  return place;
}

Read<Gateway> read_gateway(const limn_found_gateway* found, std::string_view source)
{
  if (!found || !LIMN_HAS(found, limn_found_gateway, setting_count)) {
    return fail(Fault{1, "gave a gateway that is smaller than limn_found_gateway of contract 1.0"});
  }
  Gateway gateway;
  LIMN_TRY_ASSIGN(gateway.name, read_label(found->name, k_max_gateway_name, "a gateway's name"));
  LIMN_TRY_ASSIGN(gateway.base_url, read_text(found->base_url, k_max_url, "a base URL"));
  LIMN_TRY_ASSIGN(const auto key, read_text(found->api_key, k_max_key, "a key"));
  gateway.key = Secret(key);
  LIMN_TRY_ASSIGN(gateway.key_place, read_key_place(*found));
  gateway.without_key = (found->flags & LIMN_GATEWAY_WITHOUT_KEY) != 0;
  LIMN_TRY_ASSIGN(auto origin, read_label(found->origin, k_max_origin, "an origin"));
  gateway.origins.push_back(origin.empty() ? std::string(source) : std::move(origin));
  LIMN_TRY_ASSIGN(gateway.problem, read_label(found->problem, k_max_origin, "a problem"));
  LIMN_TRY_ASSIGN(gateway.headers,
                  read_pairs(found->headers, found->header_count, k_header_limits, "header"));
  LIMN_TRY_ASSIGN(gateway.settings,
                  read_pairs(found->settings, found->setting_count, k_setting_limits, "setting"));
  return gateway;
}

struct GatewayInbox {
  GuardedCall& call;
  std::string_view source;
  std::vector<Gateway> gateways;

  enum Answer : std::int32_t { go_on = 0, stop = 1 };

  static std::int32_t add(void* context, const limn_found_gateway* found) noexcept
  {
    auto* inbox = static_cast<GatewayInbox*>(context);
    // One bad gateway tells nothing of the next: only when there is no more room is the source
    // asked to stop.
    std::int32_t answer = go_on;
    inbox->call.shield([&] {
      if (inbox->gateways.size() >= k_max_gateways) {
        answer = stop;
        return;
      }
      auto read = read_gateway(found, inbox->source);
      if (!read) {
        return inbox->call.note(read.error());
      }
      inbox->gateways.push_back(std::move(*read));
    });
    return answer;
  }
};

} // namespace

ConfigSource::ConfigSource(const limn_component* component, void* instance, std::string who,
                           Log* log)
  : m_component(component),
    m_functions(static_cast<const limn_config_source_v1*>(component->functions)),
    m_instance(instance), m_conduct{std::move(who), {}, log}
{
}

ConfigSource::~ConfigSource()
{
  ignoring_exceptions([this] { m_component->destroy(m_instance); });
}

std::string_view ConfigSource::id() const
{
  return {m_component->id.data, m_component->id.size};
}

CollectedGateways ConfigSource::collect(std::string_view part)
{
  GuardedCall call(m_conduct, "collect");
  GatewayInbox inbox{call, id(), {}};
  const limn_query query{sizeof(limn_query), 0, {part.data(), part.size()}};
  const limn_gateway_sink sink{sizeof(limn_gateway_sink), 0, &inbox, GatewayInbox::add};
  auto done =
    call.run([&] { return m_functions->collect(m_instance, &query, &sink, call.errors()); });

  CollectedGateways collected;
  collected.gateways = std::move(inbox.gateways);
  if (!done) {
    collected.failure = std::move(done.error());
  }
  return collected;
}

} // namespace limn
