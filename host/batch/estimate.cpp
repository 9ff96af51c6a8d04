#include "batch/estimate.hpp"

#include "engine/candidate.hpp"
#include "price/picture_cost.hpp"

#include <algorithm>

namespace limn {

Cost estimate_of(const GenerateOptions& options, const std::vector<Gateway>& gateways,
                 const Settings& settings)
{
  Cost dearest;
  for (const auto& gateway : gateways) {
    if (gateway.costs_nothing) {
      continue;
    }
    for (const auto& model : wanted_models(gateway, options.engine, settings)) {
      const auto cost = estimated_cost(settings.prices, model, options.job);
      dearest.basis = std::max(dearest.basis, cost.basis);
      dearest.amount = std::max(dearest.amount, cost.amount);
    }
  }
  return dearest;
}

} // namespace limn
