#include "queue/work_metrics.hpp"

#include "base/metrics_text.hpp"

namespace limn {

namespace {

std::string end_word(const QueueJobs::Ended& ended)
{
  switch (ended.how) {
  case QueueEnd::kept:
    return std::string(to_string(ended.state));
  case QueueEnd::returned:
    return "returned";
  case QueueEnd::lost:
    return "lost";
  }
  return {};
}

} // namespace

void WorkMetrics::drawn(const JobOutcome& outcome)
{
  m_images += outcome.images.size();
  for (const auto& attempt : outcome.attempts) {
    ++m_attempts[{attempt.gateway,
                  attempt.failure ? std::string(to_string(attempt.failure->failure_class)) : "ok"}];
    if (attempt.cost.amount > 0) {
      m_costs[attempt.gateway] += attempt.cost.amount;
    }
  }
}

void WorkMetrics::ended(const QueueJobs::Ended& ended)
{
  ++m_jobs[end_word(ended)];
}

std::string WorkMetrics::text(std::size_t jobs_running) const
{
  MetricsText text;
  text.family("limn_jobs_running", "gauge", "Jobs of this worker that are under way.");
  text.sample("limn_jobs_running", {}, jobs_running);
  text.family("limn_jobs_total", "counter",
              "Jobs that are over here: by their state, or returned to the queue, or lost to it.");
  for (const auto& [end, count] : m_jobs) {
    text.sample("limn_jobs_total", {{"end", end}}, count);
  }
  text.family("limn_images_total", "counter", "Images that were saved.");
  text.sample("limn_images_total", {}, m_images);
  text.family("limn_attempts_total", "counter",
              "Attempts of jobs that are over; class ok: it brought what it was asked for.");
  for (const auto& [labels, count] : m_attempts) {
    text.sample("limn_attempts_total", {{"gateway", labels.first}, {"class", labels.second}},
                count);
  }
  text.family("limn_cost_usd_total", "counter",
              "US dollars that jobs cost, as far as that is known.");
  for (const auto& [gateway, cost] : m_costs) {
    text.sample("limn_cost_usd_total", {{"gateway", gateway}}, usd_decimal(cost));
  }
  return text.text();
}

} // namespace limn
