#include "queue/lane/lane_run.hpp"

#include "engine/attempt_receipt.hpp"
#include "memory/history_entry.hpp"
#include "price/batch_price.hpp"
#include "price/picture_cost.hpp"

#include <unistd.h>

#include <chrono>
#include <utility>

namespace limn {

LaneRun::LaneRun(EngineHost& host, HttpClient& wire, DiskThread& disk, Chronicle* chronicle,
                 const LaneFile& file, LaneLine line, LanePlan plan,
                 std::unique_ptr<ImageSink> sink, std::function<void(JobOutcome)> done)
  : m_ground(host.hold()), m_settings(host.settings()), m_wire(wire), m_disk(disk),
    m_chronicle(chronicle), m_line(std::move(line)), m_plan(std::move(plan)),
    m_sink(std::move(sink)), m_done(std::move(done)), m_replay(m_wire, file, m_line),
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
  note_sent();
  if (m_chronicle != nullptr) {
    order.note_image = [this](const SavedImage& image, std::function<void()> noted) {
      m_chronicle->note(
        PastImage{history_id(), m_past.id, std::chrono::system_clock::now(), image});
      m_chronicle->when_noted(std::move(noted));
    };
  }
  m_run = std::make_unique<AttemptRun>(m_replay, m_disk, std::move(order),
                                       [this](AttemptResult result) { ended(std::move(result)); });
  m_run->start();
}

// As of every other request that may be charged, though its time is that of its results.
void LaneRun::note_sent()
{
  if (m_chronicle == nullptr) {
    return;
  }
  m_past.id = history_id();
  m_past.time = std::chrono::system_clock::now();
  m_past.process = ::getpid();
  m_past.door = "queue";
  m_past.prompt = m_plan.job.prompt;
  m_past.parameters = to_json(PastParameters::of(m_plan.job));
  m_past.gateway = m_plan.gateway.name;
  m_past.provider = k_lane_provider;
  m_past.model = m_plan.model;
  m_past.size = m_plan.job.size;
  m_past.quality = m_plan.job.quality;
  m_past.may_have_cost = true;
  m_past.cost.basis = Cost::Basis::unknown;
  m_chronicle->note(m_past);
}

void LaneRun::note_ended(const Attempt& attempt, std::size_t images)
{
  if (m_past.id.empty()) {
    return;
  }
  m_past.state = PastAttempt::State::ended;
  if (attempt.failure) {
    m_past.failure_class = to_string(attempt.failure->failure_class);
    m_past.message = attempt.failure->message;
  }
  m_past.http_status = attempt.http_status;
  m_past.request_id = attempt.request_id;
  m_past.elapsed = attempt.elapsed;
  m_past.images = static_cast<int>(images);
  m_past.may_have_cost = attempt.may_have_cost;
  m_past.cost = attempt.cost;
  m_chronicle->note(m_past);
}

Cost LaneRun::cost_of(const AttemptResult& result) const
{
  if (m_plan.gateway.costs_nothing) {
    return {};
  }
  const auto receipt = receipt_of(result);
  const auto cost = attempt_cost(m_settings.prices, m_plan.model, m_plan.job, receipt);
  return receipt.told ? cost : batch_price(cost); // what the gateway tells is what it takes
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
  note_ended(attempt, result.images.size());
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
