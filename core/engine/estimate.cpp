#include "engine/estimate.hpp"

#include "engine/asked_job.hpp"
#include "engine/candidate.hpp"
#include "price/picture_cost.hpp"

#include <algorithm>

namespace limn {

Cost estimate_of(const Job& job, const std::vector<Gateway>& gateways, const EngineOptions& options,
                 const Settings& settings)
{
  Cost dearest;
  for (const auto& gateway : gateways) {
    if (gateway.costs_nothing) {
      continue;
    }
    for (const auto& model : wanted_models(gateway, options, settings)) {
      const auto cost =
        estimated_cost(settings.prices, model, asked_job(job, gateway, model, settings));
      dearest.basis = std::max(dearest.basis, cost.basis);
      dearest.amount = std::max(dearest.amount, cost.amount);
    }
  }
  return dearest;
}

Cost estimate_of(const PlannedAttempt& attempt, const Settings& settings)
{
  if (attempt.gateway.costs_nothing) {
    return {};
  }
  auto sent = attempt.job;
  sent.size = attempt.size;
  sent.partial_images = attempt.previews;
  sent.quality = attempt.quality();
  return estimated_cost(settings.prices, attempt.model, sent);
}

} // namespace limn
