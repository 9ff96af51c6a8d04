#include "serve/caller.hpp"

#include "base/contains.hpp"
#include "serve/local_keys.hpp"

#include <algorithm>
#include <iterator>

namespace limn {

Caller caller_of(const LocalKey& key)
{
  return {key.sha256, key.budget, key.budget_per_day, key.models};
}

std::vector<std::string> models_for(const Caller& caller, const std::vector<std::string>& models)
{
  if (caller.models.empty()) {
    return models;
  }
  std::vector<std::string> both;
  std::ranges::copy_if(models, std::back_inserter(both),
                       [&](const std::string& model) { return contains(caller.models, model); });
  return both.empty() ? caller.models : both;
}

std::vector<CostLimit> limits_of(const Caller& caller, const ServeSettings& settings)
{
  using Of = CostLimit::Of;
  using Since = CostLimit::Since;
  std::vector<CostLimit> limits;
  const auto add = [&](Of of, Since since, std::optional<NanoUsd> most) {
    if (most) {
      limits.push_back({of, since, *most});
    }
  };
  add(Of::account, Since::ever, caller.budget);
  add(Of::account, Since::midnight, caller.budget_per_day);
  add(Of::http, Since::ever, settings.max_cost);
  add(Of::http, Since::midnight, settings.max_cost_per_day);
  return limits;
}

void put_limits(JobRequest& request, JobText& job, const Caller& caller,
                const ServeSettings& settings)
{
  request.account = caller.key;
  request.most_under_way = settings.max_jobs_per_key;
  request.limits = limits_of(caller, settings);
  if (!request.limits.empty() && request.estimate.is_known()) {
    job.max_cost = usd_decimal(request.estimate.amount);
  }
}

} // namespace limn
