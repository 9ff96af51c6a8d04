#include "engine/met_gateway.hpp"

#include <utility>

namespace limn {

Result<Gateway> met_by(const std::string& provider, Gateway gateway, Registry& registry)
{
  gateway.terms = {};
  const auto found = registry.provider(provider);
  if (!found) {
    return gateway;
  }
  LIMN_TRY_ASSIGN(gateway.terms,
                  (*found)->terms({gateway.name, gateway.base_url, {}, &gateway.settings}));
  return gateway;
}

} // namespace limn
