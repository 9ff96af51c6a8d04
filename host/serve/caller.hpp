#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"
#include "memory/jobs_database.hpp"
#include "settings/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace limn {

struct LocalKey;

// Whoever asks, as its key tells: none, where it needs none.
struct Caller {
  std::string key;               // the digest of it; empty: it has none
  std::optional<NanoUsd> budget; // of all that it ever asks for; none: as much as it costs
  std::optional<NanoUsd> budget_per_day;
  std::vector<std::string> models; // that it may ask for; empty: any
};

Caller caller_of(const LocalKey& key);

// Of the models that would be asked for those that it may ask for; where it may ask for none of
// them, all that it may. Only without a restriction can it be nothing.
std::vector<std::string> models_for(const Caller& caller, const std::vector<std::string>& models);

// What all that it asks for may cost, and what all callers may.
std::vector<CostLimit> limits_of(const Caller& caller, const ServeSettings& settings);

// What a request of it is held to, by its key and by the settings, and whose it is. With a limit,
// `job` is held to the request's estimate: what is looked at is what may be spent, whatever the
// settings say by then.
void put_limits(JobRequest& request, JobText& job, const Caller& caller,
                const ServeSettings& settings);

} // namespace limn
