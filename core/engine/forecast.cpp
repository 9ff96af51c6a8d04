#include "engine/forecast.hpp"

#include "base/contains.hpp"
#include "engine/asked_job.hpp"
#include "engine/estimate.hpp"
#include "memory/lessons.hpp"

#include <fmt/format.h>

#include <chrono>

namespace limn {

namespace {

void add_once(std::vector<std::string>& texts, std::string text)
{
  if (!contains(texts, text)) {
    texts.push_back(std::move(text));
  }
}

} // namespace

std::string PlannedAttempt::quality() const
{
  return contains(left_out, "quality") ? std::string() : job.quality;
}

Forecast forecast(const Job& job, const std::vector<Gateway>& gateways,
                  const EngineOptions& options, Registry& registry, const Standings& standings)
{
  Forecast forecast;
  const auto& [learnt, settings, rate_gate, spread] = standings;
  const auto noticed = [&](std::string text) { add_once(forecast.notices, std::move(text)); };
  const Lessons lessons(learnt, std::chrono::seconds(0));
  const auto candidates = candidates_of(gateways, standings, options, noticed);
  auto plan = plan_of(candidates, job, learnt, options, settings);
  for (; !plan.done(); plan.advance(NextStep::next_size)) {
    const auto& candidate = candidates[plan.gateway()];
    if (is_skipped(plan, candidate, lessons)) {
      noticed(skipped_text(plan, candidate));
      continue;
    }
    if (auto problem = cannot_do(job, plan.provider(), registry)) {
      noticed(fmt::format("{} is left out: {}", plan.provider(), problem->message));
      forecast.problem = std::move(problem);
      continue;
    }
    PlannedAttempt attempt;
    attempt.gateway = candidate.gateway;
    attempt.provider = plan.provider();
    attempt.model = known_model(candidate, lessons, options, settings)
                      .value_or(wanted_models(candidate.gateway, options, settings).front());
    attempt.job = asked_job(job, candidate.gateway, attempt.model, settings);
    attempt.left_out = lessons.refused_parameters(candidate.gateway, plan.provider());
    attempt.size = contains(attempt.left_out, "size") ? "" : plan.size();
    if (const auto provider = registry.provider(plan.provider())) {
      attempt.previews = previews_of(job, **provider, attempt.left_out);
    }
    attempt.cost = estimate_of(attempt, settings);
    forecast.attempts.push_back(std::move(attempt));
  }
  return forecast;
}

Cost dearest(const Forecast& forecast)
{
  Cost cost{Cost::Basis::estimate, 0};
  for (const auto& attempt : forecast.attempts) {
    if (!attempt.cost.is_known()) {
      return attempt.cost;
    }
    cost = attempt.cost.amount > cost.amount ? attempt.cost : cost;
  }
  return cost;
}

} // namespace limn
