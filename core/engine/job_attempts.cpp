#include "base/contains.hpp"
#include "engine/attempt_receipt.hpp"
#include "engine/job_run.hpp"
#include "engine/met_gateway.hpp"
#include "price/picture_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

// JobRun, from the choice of a request to what follows from its answer.
namespace limn {

namespace {

using std::chrono::milliseconds;

// A hundred images are not a hundred requests at once.
constexpr std::size_t k_most_parts_at_once = 8;

double seconds_of(milliseconds time)
{
  return std::chrono::duration<double>(time).count();
}

} // namespace

Attempt JobRun::new_attempt()
{
  Attempt attempt;
  attempt.id = AttemptId{++m_parts.last_attempt};
  attempt.gateway = candidate().gateway.name;
  attempt.provider = m_plan.provider();
  attempt.model = candidate().model;
  attempt.size = m_plan.size();
  attempt.quality = job_as_asked().quality;
  return attempt;
}

// Nobody was asked.
void JobRun::pass_over_provider(Failure why)
{
  m_current = new_attempt();
  m_current.failure = std::move(why);
  m_listener.attempt_started(m_current);
  record(m_current);
  advance(NextStep::next_provider);
}

void JobRun::attempt()
{
  auto& asked = candidate();
  drop_what_was_refused_lately();
  if (auto problem = cannot_do(m_job, m_plan.provider(), m_parts.registry)) {
    pass_over_provider(std::move(*problem));
    return;
  }
  if (auto met = meet(asked.gateway, m_plan.provider(), m_parts.registry); !met) {
    pass_over_provider(std::move(met.error()));
    return;
  }
  m_current = new_attempt();
  const auto provider = m_parts.registry.provider(m_plan.provider());
  // Some charge for what they were asked for and not for what they drew: where they do not know how
  // to count they are asked for one.
  int most = contains(m_dropped, "n") ? 1 : std::max((*provider)->capabilities().max_count, 1);
  if (previews_to_ask_for(**provider) > 0) {
    most = 1; // else nothing says which image a preview is of
  }
  const auto limits = rate_limits(asked.gateway, m_parts.learnt, m_parts.settings);
  if (limits.images_per_minute > 0) {
    most = std::min(most, limits.images_per_minute);
  }
  if (images_left() > most) {
    split(most);
    return;
  }
  ask_gate(**provider, limits);
}

// A request that may cost money goes out at the rate that the gateway takes.
void JobRun::ask_gate(Provider& provider, const RateLimits& limits)
{
  const auto& gateway = candidate().gateway;
  RateGate::Request request;
  request.name = gateway.name;
  request.limits = limits;
  request.images = images_left();
  request.budget = m_wait_left;
  request.answered = [this, &provider](RateGate::Admission admission) {
    const auto ended = std::exchange(m_phase, Deciding()); // outlives its own call
    if (!admission.ticket) {
      turned_away(admission.pause);
      return;
    }
    m_wait_left = std::max(m_wait_left - admission.pause, milliseconds(0));
    m_current.rate_slot = admission.slot;
    begin(provider, std::move(admission.ticket));
  };
  request.waits = [this](milliseconds time, const std::string& why) {
    m_listener.waiting(time, why);
  };
  request.noticed = [this](const std::string& text) { m_listener.noticed(text); };
  m_phase = AtGate{m_parts.rate_gate.ask(gateway, std::move(request))};
}

// The gateway told another job to come back later than this one may wait.
void JobRun::turned_away(milliseconds pause)
{
  m_current.failure = Failure(
    FailureClass::rate_limited,
    fmt::format("{} wants no requests for another {:.0f} s", m_current.gateway,
                std::ceil(seconds_of(pause))),
    fmt::format("limn may wait {:.0f} s more for this job: raise --wait (or fallback.wait in "
                "limn.yaml), or use another gateway meanwhile; limn forget {} forgets the pause.",
                seconds_of(m_wait_left), m_current.gateway));
  m_listener.attempt_started(m_current);
  record(m_current);
  Circumstances circumstances;
  circumstances.retries = m_retries;
  advance(Policy(m_parts.settings.fallback, m_options.duplicate_charge)
            .decide(*m_current.failure, circumstances)
            .step);
}

void JobRun::begin(Provider& provider, std::shared_ptr<RateGate::Ticket> ticket)
{
  auto& asked = candidate();
  m_listener.attempt_started(m_current);
  AttemptOrder order;
  order.gateway = &asked.gateway;
  order.provider = &provider;
  order.sink = &m_sink;
  order.job = job_as_asked();
  order.job.size = m_plan.size() == "auto" ? "" : m_plan.size(); // not all know the word
  order.job.count = images_left();
  order.job.partial_images = previews_to_ask_for(provider);
  order.model = asked.model;
  order.dropped = m_dropped;
  order.timeout = time_of_attempt(asked.gateway, m_options, m_parts.settings);
  order.late_error = m_parts.settings.late_error;
  order.limits = m_parts.settings.limits;
  order.words = &m_parts.settings.failure_words;
  order.first_number = next_number();
  order.may_spend = [this](std::function<void(Done)> answer) {
    if (auto refusal = too_dear(std::get<Attempting>(m_phase).images)) {
      answer(fail(std::move(*refusal)));
      return;
    }
    std::get<Attempting>(m_phase).asked_to_spend = true;
    note_sent();
    m_gate.may_spend(m_current, std::move(answer));
  };
  order.on_headers = [this](const Pairs& headers) { take_hints(rate_hints(headers, {})); };
  order.on_bytes = [this](std::uint64_t bytes) { m_listener.receiving(bytes); };
  order.on_preview = [this, number = order.first_number](int index, const ByteSource& picture) {
    m_listener.preview(number, index, picture);
  };
  order.note_image = note_image();
  order.on_image = [this](const SavedImage& image) { m_listener.image_saved(image); };
  Attempting attempting;
  attempting.ticket = std::move(ticket);
  attempting.begin = m_parts.transport.loop().now();
  attempting.images = order.job.count;
  attempting.run = std::make_unique<AttemptRun>(
    m_parts.transport, m_parts.disk, std::move(order), [this](AttemptResult result) {
      auto ended = std::exchange(m_phase, Deciding()); // outlives its own call
      attempted(std::get<Attempting>(ended), std::move(result));
    });
  auto& run = *attempting.run;
  m_phase = std::move(attempting);
  run.start();
}

// What an answer tells of the rate is good for all jobs.
void JobRun::take_hints(const RateHints& hints)
{
  if (hints.images_per_minute) {
    m_lessons.takes(candidate().gateway, *hints.images_per_minute);
  }
  if (hints.closed_for) {
    m_parts.rate_gate.close(candidate().gateway, *hints.closed_for);
  }
}

// The rest of the images at the same time, so many at once in each.
void JobRun::split(int most)
{
  m_presence.reset();
  auto parts = std::make_unique<SplitRun>(
    m_parts.transport,
    [this](int first_number, int count, std::function<void(JobOutcome)> done) {
      return std::make_unique<JobRun>(*this, first_number, count, std::move(done));
    },
    next_number(), images_left(), most, m_is_part ? 1 : k_most_parts_at_once,
    [this](JobOutcome rest) {
      const auto ended = std::exchange(m_phase, Deciding()); // outlives its own call
      auto failure = std::move(rest.failure);
      add(m_outcome, std::move(rest));
      finish(std::move(failure));
    });
  auto& run = *parts;
  m_phase = Split{std::move(parts)};
  run.start();
}

void JobRun::settle_current(const Attempting& ended, const AttemptResult& result)
{
  m_current.failure = result.failure;
  m_current.http_status = result.http_status;
  m_current.request_id = result.request_id;
  m_current.may_have_cost = result.may_have_cost;
  m_current.cost = cost_of(ended, result);
  m_current.elapsed =
    std::chrono::duration_cast<milliseconds>(m_parts.transport.loop().now() - ended.begin);
}

void JobRun::attempted(Attempting& ended, AttemptResult result)
{
  ended.ticket.reset();
  if (result.failure && result.failure->failure_class == FailureClass::rate_limited) {
    auto hints = rate_hints({}, result.failure->message);
    hints.closed_for = result.failure->retry_after;
    take_hints(hints);
  }
  if (result.failure && result.failure->retry_after
      && result.failure->failure_class == FailureClass::rate_limited
      && *result.failure->retry_after > m_wait_left) {
    result.failure->hint =
      fmt::format("The gateway asks to wait {:.0f} s, and limn may wait {:.0f} s more for this "
                  "job: raise --wait (or fallback.wait in limn.yaml), or use another gateway "
                  "meanwhile.",
                  seconds_of(*result.failure->retry_after), seconds_of(m_wait_left));
  }
  settle_current(ended, result);
  const auto delivered_count = result.images.size();
  const bool delivered = delivered_count > 0;
  if (delivered) {
    m_outcome.gateway = candidate().gateway;
    m_outcome.gateway.key = {};
    m_outcome.provider = m_plan.provider();
    m_outcome.model = candidate().model;
    m_outcome.size_asked = job_as_asked().size;
    m_outcome.size_sent = size_sent();
    m_outcome.usage += result.usage;
    tell_differences(result);
  }
  if (ended.past) {
    note_ended(std::move(*ended.past), result);
  }
  std::move(result.images.begin(), result.images.end(), std::back_inserter(m_outcome.images));
  if (ended.asked_to_spend) {
    m_gate.settled(m_current);
  }
  record(m_current);
  if (result.failure) {
    after_failure(result);
    return;
  }
  m_lessons.worked(candidate().gateway, m_plan.provider());
  if (images_left() <= 0) {
    finish(std::nullopt);
    return;
  }
  if (static_cast<int>(delivered_count) < ended.images && !contains(m_dropped, "n")) {
    m_dropped.emplace_back("n");
    if (delivered_count == 1) {
      m_lessons.refused_parameter(candidate().gateway, m_plan.provider(), "n");
    }
    m_listener.noticed(fmt::format("{} drew {} of {} images; asking for each of the others on its "
                                   "own",
                                   m_current.gateway, delivered_count, ended.images));
  }
  go_on();
}

// Empty where the gateway is left to choose.
std::string JobRun::size_sent() const
{
  return m_plan.size() == "auto" || contains(m_dropped, "size") ? "" : m_plan.size();
}

Job JobRun::job_as_sent(int images) const
{
  auto sent = job_as_asked();
  sent.size = size_sent();
  if (contains(m_dropped, "quality")) {
    sent.quality.clear();
  }
  sent.count = images;
  return sent;
}

// By its own size and what was dropped of it, which nobody knew beforehand.
std::optional<Failure> JobRun::too_dear(int images) const
{
  if (!m_options.max_cost || m_candidates[m_plan.gateway()].gateway.costs_nothing) {
    return std::nullopt;
  }
  const auto cost =
    m_outcome.cost + estimated_cost(m_parts.settings.prices, m_current.model, job_as_sent(images));
  if (cost.is_known() && cost.amount <= *m_options.max_cost) {
    return std::nullopt;
  }
  return Failure(FailureClass::usage,
                 fmt::format("as {} would draw it now it costs {}, and --max-cost allows ${}",
                             m_current.gateway, cost_text(cost), usd_decimal(*m_options.max_cost)),
                 "allow more, or ask for a size and a quality that it takes");
}

Cost JobRun::cost_of(const Attempting& ended, const AttemptResult& result) const
{
  if (m_candidates[m_plan.gateway()].gateway.costs_nothing) {
    return {};
  }
  const auto sent = job_as_sent(ended.images);
  return attempt_cost(m_parts.settings.prices, m_current.model, sent, receipt_of(result));
}

// Nothing is done otherwise than asked without a word.
void JobRun::tell_differences(const AttemptResult& result)
{
  const auto job = job_as_asked();
  const auto tell = [&](std::string_view what, std::string_view wanted, std::string_view got) {
    if (!wanted.empty() && wanted != "auto" && wanted != got) {
      m_listener.noticed(fmt::format("{} {} was asked for, and {} came", what, wanted, got));
    }
  };
  for (const auto& [key, value] : result.notes) {
    if (key == "quality") {
      tell(key, job.quality, value);
    } else if (key == "background") {
      tell(key, job.background, value);
    }
  }
  // The format is told by the bytes: labels are often wrong.
  tell("format", job.output_format, to_string(result.images.front().format));
  if (!result.afterwards.empty()) {
    m_listener.noticed("with the image came: " + result.afterwards);
  }
}

void JobRun::after_failure(const AttemptResult& result)
{
  const auto& failure = *result.failure;
  m_lessons.failed(candidate().gateway, m_plan.provider(), m_plan.size(), failure);
  if (m_begins_no_more) {
    finish(failure);
    return;
  }
  Circumstances circumstances;
  circumstances.wait_left = m_wait_left;
  circumstances.waits = m_waits;
  circumstances.retries = m_retries;
  circumstances.billable_was_sent = m_current.may_have_cost;
  circumstances.parameter_can_be_dropped =
    result.failed_parameter_was_sent && can_drop(failure.param);
  const auto decision =
    Policy(m_parts.settings.fallback, m_options.duplicate_charge).decide(failure, circumstances);
  switch (decision.action) {
  case Decision::Action::drop_parameter:
    leave_out(failure.param);
    go_on();
    return;
  case Decision::Action::wait:
    ++m_waits;
    m_wait_left -= decision.wait;
    m_listener.waiting(decision.wait, failure.message);
    m_phase = Pausing{m_parts.transport.loop().after(decision.wait, [this] {
      m_phase = Deciding();
      go_on();
    })};
    return;
  case Decision::Action::advance:
    if (decision.step == NextStep::stop) {
      finish(failure);
      return;
    }
    advance(decision.step);
    return;
  }
}

} // namespace limn
