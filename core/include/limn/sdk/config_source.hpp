// config_source<S>(...): a class of the author's that finds gateways, as a component.
#pragma once

#include <limn/sdk/boundary.hpp>

#include <concepts>

namespace limn::sdk {

// --- Interface ---

// URL and key come from the same place: a key never goes to another URL than the one that it was
// found with.
struct FoundGateway {
  std::string name;     // a short one, if known
  std::string base_url; // as the user wrote it
  std::string api_key;
  std::string origin;       // e.g. "env:OPENAI_BASE_URL", "~/.acme/config#default"
  std::string problem;      // why it cannot be used; empty if it can
  bool without_key = false; // the user says that it needs none
  std::vector<Pair> headers;
  std::vector<Pair> settings; // for providers
  // Where the key is, instead of `api_key`: the host reads it there. A variable's name, or a file,
  // "/..." or "~/...". At most one of the three.
  std::string api_key_env;
  std::string api_key_file;
};

// Takes what is found, while `collect` runs.
class Gateways
{
public:
  explicit Gateways(const limn_gateway_sink* sink) : m_sink(sink) {}

  // False when the host wants no more.
  bool add(const FoundGateway& gateway);

private:
  const limn_gateway_sink* m_sink;
};

// A component for LIMN_PLUGIN. `S` has `void collect(limn::sdk::Gateways&)`, or, where users may
// name a part of it, `void collect(limn::sdk::Gateways&, std::string_view part)`; see limn_query.
template <typename S>
constexpr limn_component config_source(std::string_view id, std::string_view display_name,
                                       std::string_view summary);

// --- Implementation ---

inline bool Gateways::add(const FoundGateway& gateway)
{
  const auto headers = borrow(gateway.headers);
  const auto settings = borrow(gateway.settings);
  const limn_found_gateway found{sizeof(limn_found_gateway),
                                 gateway.without_key ? LIMN_GATEWAY_WITHOUT_KEY : 0u,
                                 to_abi(gateway.name),
                                 to_abi(gateway.base_url),
                                 to_abi(gateway.api_key),
                                 to_abi(gateway.origin),
                                 to_abi(gateway.problem),
                                 headers.data(),
                                 headers.size(),
                                 settings.data(),
                                 settings.size(),
                                 to_abi(gateway.api_key_env),
                                 to_abi(gateway.api_key_file)};
  return m_sink->add(m_sink->context, &found) == 0;
}

namespace detail {

template <typename S>
concept Collects = requires(S& s, Gateways& g)
{
  {
    s.collect(g)
    } -> std::same_as<void>;
};

template <typename S>
concept CollectsParts = requires(S& s, Gateways& g, std::string_view part)
{
  {
    s.collect(g, part)
    } -> std::same_as<void>;
};

template <typename S>
void collect_part(S& source, Gateways& gateways, std::string_view part)
{
  if constexpr (CollectsParts<S>) {
    source.collect(gateways, part);
  } else {
    // It has one part, which is everything.
    if (!part.empty() && part != "*") {
      throw Failure(LIMN_SETTINGS, "there is no part '" + std::string(part) + "'",
                    "this config source has no parts");
    }
    source.collect(gateways);
  }
}

template <typename S>
struct ConfigSourceFunctions {
  static_assert(is_component<S>,
                "expected constructor: (limn::sdk::Host, limn::sdk::Settings), one of them, or "
                "none; and it must be public");
  static_assert(Collects<S> || CollectsParts<S>,
                "expected signature: void collect(limn::sdk::Gateways&)");

  static limn_status collect(void* instance, const limn_query* query,
                             const limn_gateway_sink* gateways,
                             const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&] {
      Gateways sink(gateways);
      const bool has_part = query && LIMN_HAS(query, limn_query, part);
      collect_part(*static_cast<S*>(instance), sink,
                   has_part ? from_abi(query->part) : std::string_view());
    });
  }

  static constexpr limn_config_source_v1 table{sizeof(limn_config_source_v1), 0, collect};
};

} // namespace detail

template <typename S>
constexpr limn_component config_source(std::string_view id, std::string_view display_name,
                                       std::string_view summary)
{
  return {sizeof(limn_component),
          0,
          to_abi(LIMN_KIND_CONFIG_SOURCE),
          detail::checked_id(id),
          to_abi(display_name),
          to_abi(summary),
          detail::create<S>,
          detail::destroy<S>,
          &detail::ConfigSourceFunctions<S>::table};
}

} // namespace limn::sdk
