#include "serve/serve_metrics.hpp"

#include "base/json.hpp"
#include "base/metrics_text.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

using Json = rapidjson::Value;

void write_counters(MetricsText& text, std::string_view name, std::string_view first,
                    std::string_view second,
                    const std::map<std::pair<std::string, std::string>, std::uint64_t>& counters)
{
  for (const auto& [labels, count] : counters) {
    text.sample(name, {{first, labels.first}, {second, labels.second}}, count);
  }
}

// Of a job without a picture whoever may have charged for it, the last one.
std::string_view charged_by(const Json& report)
{
  if (const auto* gateway = member(report, "gateway"); gateway != nullptr) {
    return string_or_empty(member(*gateway, "name"));
  }
  std::string_view name;
  const auto* attempts = member(report, "attempts");
  const auto count = attempts != nullptr && attempts->IsArray() ? attempts->Size() : 0;
  for (rapidjson::SizeType i = 0; i < count; ++i) {
    const auto* may_have_cost = member((*attempts)[i], "may_have_cost");
    if (may_have_cost != nullptr && may_have_cost->IsBool() && may_have_cost->GetBool()) {
      name = string_or_empty(member((*attempts)[i], "gateway"));
    }
  }
  return name;
}

} // namespace

void ServeMetrics::answered(std::string_view route, int status, std::chrono::duration<double> took)
{
  const std::string name(route);
  ++m_requests[{name, std::to_string(status)}];
  auto& durations = m_durations[name];
  for (std::size_t i = 0; i < k_seconds.size(); ++i) {
    durations.within[i] += took <= std::chrono::seconds(k_seconds[i]) ? 1U : 0U;
  }
  ++durations.count;
  durations.sum += took.count();
}

void ServeMetrics::ended(const KeptJob& job)
{
  m_unknown += job.state == JobState::unknown ? 1U : 0U;
  const auto parsed = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  if (!parsed) {
    return;
  }
  const auto& report = static_cast<const Json&>(*parsed);
  const auto* attempts = member(report, "attempts");
  const auto count = attempts != nullptr && attempts->IsArray() ? attempts->Size() : 0;
  for (rapidjson::SizeType i = 0; i < count; ++i) {
    const auto& attempt = (*attempts)[i];
    ++m_attempts[{std::string(string_or_empty(member(attempt, "gateway"))),
                  std::string(string_or_empty(member(attempt, "class")))}];
  }
  if (job.cost.amount > 0) {
    m_costs[std::string(charged_by(report))] += job.cost.amount;
  }
}

std::string ServeMetrics::text(std::size_t jobs_running) const
{
  MetricsText text;
  text.family("limn_requests_total", "counter",
              "Requests that are over; code 499: the client had gone before it was answered.");
  write_counters(text, "limn_requests_total", "route", "code", m_requests);
  text.family("limn_request_seconds", "histogram",
              "From the head of a request to the last byte of its answer.");
  for (const auto& [route, durations] : m_durations) {
    for (std::size_t i = 0; i < k_seconds.size(); ++i) {
      text.sample("limn_request_seconds_bucket",
                  {{"route", route}, {"le", std::to_string(k_seconds[i])}}, durations.within[i]);
    }
    text.sample("limn_request_seconds_bucket", {{"route", route}, {"le", "+Inf"}}, durations.count);
    text.sample("limn_request_seconds_sum", {{"route", route}}, fmt::format("{}", durations.sum));
    text.sample("limn_request_seconds_count", {{"route", route}}, durations.count);
  }
  text.family("limn_jobs_running", "gauge", "Jobs of this server that are under way.");
  text.sample("limn_jobs_running", {}, jobs_running);
  text.family("limn_attempts_total", "counter",
              "Attempts of jobs that are over; class ok: it brought what it was asked for.");
  write_counters(text, "limn_attempts_total", "gateway", "class", m_attempts);
  text.family("limn_cost_usd_total", "counter",
              "US dollars that jobs cost, as far as that is known.");
  for (const auto& [gateway, cost] : m_costs) {
    text.sample("limn_cost_usd_total", {{"gateway", gateway}}, usd_decimal(cost));
  }
  text.family("limn_replays_total", "counter",
              "Requests that were answered by what an equal one had drawn, or was drawing.");
  text.sample("limn_replays_total", {}, m_replays);
  text.family("limn_unknown_total", "counter",
              "Jobs of which nobody knows whether they were charged for.");
  text.sample("limn_unknown_total", {}, m_unknown);
  return text.text();
}

} // namespace limn
