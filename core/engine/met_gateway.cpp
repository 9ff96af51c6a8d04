#include "engine/met_gateway.hpp"

namespace limn {

Done meet(Gateway& gateway, const std::string& provider, Registry& registry)
{
  gateway.terms = {};
  if (const auto found = registry.provider(provider)) {
    LIMN_TRY_ASSIGN(gateway.terms,
                    (*found)->terms({gateway.name, gateway.base_url, {}, &gateway.settings}));
  }
  return {};
}

} // namespace limn
