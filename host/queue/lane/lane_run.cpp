#include "queue/lane/lane_run.hpp"

#include "memory/history_entry.hpp"
#include "price/batch_price.hpp"
#include "price/picture_cost.hpp"

#include <unistd.h>

#include <chrono>
#include <utility>

namespace limn {

namespace {

// For the history of this machine: what it was charged for by a batch.
PastAttempt past_of(const LanePlan& plan, const Attempt& attempt, std::size_t images)
{
  PastAttempt past;
  past.id = history_id();
  past.time = std::chrono::system_clock::now();
  past.state = PastAttempt::State::ended;
  past.process = ::getpid();
  past.door = "queue";
  past.prompt = plan.job.prompt;
  past.parameters = to_json(PastParameters::of(plan.job));
  past.gateway = attempt.gateway;
  past.provider = attempt.provider;
  past.model = attempt.model;
  past.size = attempt.size;
  past.quality = attempt.quality;
  if (attempt.failure) {
    past.failure_class = to_string(attempt.failure->failure_class);
    past.message = attempt.failure->message;
  }
  past.http_status = attempt.http_status;
  past.request_id = attempt.request_id;
  past.elapsed = attempt.elapsed;
  past.images = static_cast<int>(images);
  past.may_have_cost = attempt.may_have_cost;
  past.cost = attempt.cost;
  return past;
}

} // namespace

LaneRun::LaneRun(EngineHost& host, HttpClient& wire, DiskThread& disk, const LaneFile& file,
                 LaneLine line, LanePlan plan, std::unique_ptr<ImageSink> sink,
                 std::function<void(JobOutcome)> done)
  : m_host(host), m_ground(host.hold()), m_settings(host.settings()), m_wire(wire), m_disk(disk),
    m_line(std::move(line)), m_plan(std::move(plan)), m_sink(std::move(sink)),
    m_done(std::move(done)), m_replay(m_wire, file, m_line),
    m_provider(host.registry().provider(k_lane_provider)), m_begin(wire.loop().now())
{
}

void LaneRun::start()
{
  if (!m_provider) {
    AttemptResult result;
    result.failure = m_provider.error();
    ended(std::move(result));
    return;
  }
  AttemptOrder order;
  order.gateway = &m_plan.gateway;
  order.provider = *m_provider;
  order.sink = m_sink.get();
  order.words = &m_settings.failure_words;
  order.job = m_plan.job;
  order.model = m_plan.model;
  order.dropped = m_plan.left_out;
  order.late_error = m_settings.late_error;
  order.limits = m_settings.limits;
  m_run = std::make_unique<AttemptRun>(m_replay, m_disk, std::move(order),
                                       [this](AttemptResult result) { ended(std::move(result)); });
  m_run->start();
}

Cost LaneRun::cost_of(const AttemptResult& result) const
{
  Receipt receipt;
  receipt.images = result.images;
  receipt.usage = result.usage;
  receipt.may_have_cost = result.may_have_cost;
  receipt.has_failed = result.failure.has_value();
  for (const auto& [key, value] : result.notes) {
    if (key == "quality") {
      receipt.quality = value;
    }
  }
  return batch_price(attempt_cost(m_settings.prices, m_plan.model, m_plan.job, receipt));
}

void LaneRun::ended(AttemptResult result)
{
  JobOutcome outcome;
  Attempt attempt;
  attempt.gateway = m_plan.gateway.name;
  attempt.provider = k_lane_provider;
  attempt.model = m_plan.model;
  attempt.size = m_plan.job.size;
  attempt.quality = m_plan.job.quality;
  attempt.failure = result.failure;
  attempt.http_status = m_line.status;
  attempt.request_id = result.request_id;
  attempt.may_have_cost = result.may_have_cost;
  attempt.cost = cost_of(result);
  attempt.elapsed =
    std::chrono::duration_cast<std::chrono::milliseconds>(m_wire.loop().now() - m_begin);
  m_host.engine().note(past_of(m_plan, attempt, result.images.size()));
  outcome.cost = attempt.cost;
  outcome.elapsed = attempt.elapsed;
  outcome.attempts.push_back(std::move(attempt));
  if (!result.images.empty()) {
    outcome.gateway = m_plan.gateway;
    outcome.gateway.key = {};
    outcome.provider = k_lane_provider;
    outcome.model = m_plan.model;
    outcome.size_asked = outcome.size_sent = m_plan.job.size;
    outcome.usage = result.usage;
  }
  outcome.images = std::move(result.images);
  outcome.failure = std::move(result.failure);
  if (!outcome.failure && outcome.images.size() < static_cast<std::size_t>(m_plan.job.count)) {
    outcome.failure = Failure(FailureClass::no_image, "fewer images came than were asked for");
  }
  m_done(std::move(outcome)); // may destroy this object
}

} // namespace limn
