#include "engine/job_run.hpp"

#include "base/failure_texts.hpp"
#include "engine/asked_job.hpp"
#include "engine/mask_check.hpp"
#include "engine/met_gateway.hpp"
#include "picture/input_image.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

// A sentence as a part of another one.
std::string_view clause(std::string_view sentence)
{
  return sentence.ends_with('.') ? sentence.substr(0, sentence.size() - 1) : sentence;
}

} // namespace

JobRun::JobRun(const EngineParts& parts, JobOrder order, JobListener& listener,
               std::function<void(JobOutcome)> done)
  : m_parts(parts), m_job(std::move(order.job)), m_first_number(order.first_number),
    m_sink(*order.sink), m_options(std::move(order.options)), m_gate(*order.gate),
    m_door(std::move(order.door)), m_listener(listener), m_done(std::move(done)),
    m_candidates(
      candidates_of(order.gateways, {parts.learnt, parts.settings, parts.rate_gate, parts.spread},
                    m_options, [this](const std::string& text) { m_listener.noticed(text); })),
    m_lessons(parts.learnt,
              std::chrono::duration_cast<std::chrono::seconds>(parts.settings.billing_cool_down)),
    m_wait_left(m_options.wait_budget.value_or(parts.settings.wait_budget))
{
  m_job.count = wanted_count(m_job, m_parts.settings);
  m_plan = plan_of(m_candidates, m_job, m_parts.learnt, m_options, m_parts.settings);
  m_outcome.size_asked = m_job.size;
  if (!m_plan.done()) {
    m_outcome.size_asked = job_as_asked().size;
    m_presence = m_parts.spread.enter(candidate().gateway);
  }
}

JobRun::JobRun(const JobRun& whole, int first_number, int count,
               std::function<void(JobOutcome)> done)
  : m_parts(whole.m_parts), m_job(whole.m_job), m_is_part(true), m_first_number(first_number),
    m_sink(whole.m_sink), m_options(whole.m_options), m_gate(whole.m_gate), m_door(whole.m_door),
    m_listener(whole.m_listener), m_done(std::move(done)), m_candidates(whole.m_candidates),
    m_lessons(whole.m_lessons), m_plan(whole.m_plan), m_dropped(whole.m_dropped),
    m_were_previews_refused(whole.m_were_previews_refused), m_wait_left(whole.m_wait_left),
    m_waits(whole.m_waits), m_retries(whole.m_retries)
{
  m_job.count = count;
  m_presence = m_parts.spread.enter(candidate().gateway);
}

JobRun::~JobRun() = default;

void JobRun::start()
{
  if (m_done) { // not cancelled already
    fetch_inputs();
  }
}

// One after the other: there are a few at most.
void JobRun::fetch_inputs()
{
  const auto missing =
    std::ranges::find_if(m_job.inputs, [](const Input& input) { return input.file.empty(); });
  if (missing != m_job.inputs.end()) {
    m_phase = Fetching{std::make_unique<InputFetch>(
      m_parts.transport, m_parts.stores, *missing, [this, &input = *missing](Result<Input> result) {
        const auto ended = std::exchange(m_phase, Deciding()); // outlives its own call
        fetched(input, std::move(result));
      })};
    return;
  }
  auto fits = check_mask(m_job.inputs);
  if (fits) {
    std::vector<std::string> models;
    for (const auto& candidate : m_candidates) {
      std::ranges::copy(wanted_models(candidate), std::back_inserter(models));
    }
    fits = check_mask_parts(m_job.inputs, models);
  }
  if (!fits) {
    finish(std::move(fits.error()));
    return;
  }
  go_on();
}

void JobRun::fetched(Input& input, Result<Input> result)
{
  if (!result) {
    finish(std::move(result.error()));
    return;
  }
  input = std::move(*result);
  fetch_inputs();
}

void JobRun::cancel(JobsToCancel which)
{
  m_begins_no_more = m_begins_no_more || which == JobsToCancel::uncharged;
  if (const auto* split = std::get_if<Split>(&m_phase)) {
    split->parts->cancel(which); // its end is that of this job
    return;
  }
  const auto* attempting = std::get_if<Attempting>(&m_phase);
  if (is_done() || (which == JobsToCancel::waiting && attempting != nullptr)) {
    return;
  }
  if (which == JobsToCancel::uncharged && attempting != nullptr
      && attempting->run->finishes_what_may_be_charged()) {
    return;
  }
  m_is_cancelled = true;
  if (attempting != nullptr) {
    attempting->run->cancel(); // ends in attempted()
    return;
  }
  m_phase = Deciding();
  finish_interrupted();
}

void JobRun::go_on()
{
  if (m_is_cancelled || m_begins_no_more) {
    finish_interrupted();
    return;
  }
  if (m_plan.done()) {
    const bool tried = !m_outcome.attempts.empty() && m_outcome.attempts.back().failure;
    finish(tried ? *m_outcome.attempts.back().failure
                 : Failure(FailureClass::no_gateway, "no gateway is there to ask",
                           "set OPENAI_BASE_URL and OPENAI_API_KEY, or add one to limn.yaml; `limn "
                           "discover` shows what is found"));
    return;
  }
  auto& now_asked = candidate();
  if (now_asked.model.empty() && !decide_model(now_asked)) {
    verify(now_asked);
    return;
  }
  if (!skip_refused_size()) {
    attempt();
  }
}

// True if the model is known without a question.
bool JobRun::decide_model(Candidate& candidate)
{
  auto known = known_model(candidate, m_lessons, m_options, m_parts.settings);
  candidate.model = known ? std::move(*known) : "";
  return known.has_value();
}

void JobRun::verify(Candidate& candidate)
{
  if (auto met = meet(candidate.gateway, m_plan.provider(), m_parts.registry); !met) {
    pass_over_provider(std::move(met.error()));
    return;
  }
  m_listener.verifying(candidate.gateway);
  const auto answered = [this, &candidate](const ModelCheck& check) {
    const auto ended = std::exchange(m_phase, Deciding()); // outlives its own call
    verified(candidate, check);
  };
  m_phase =
    Verifying{m_parts.model_checks.ask(candidate.gateway, wanted_models(candidate), answered)};
}

void JobRun::verified(Candidate& candidate, const ModelCheck& check)
{
  const auto wanted = wanted_models(candidate);
  if (check.state == ModelCheck::State::listed) {
    m_lessons.listed(candidate.gateway, wanted.front(), check.model, check.base_url);
    if (check.base_url != candidate.gateway.base_url) {
      m_listener.noticed(fmt::format("{} answers at {}", candidate.gateway.name, check.base_url));
      candidate.gateway.base_url = check.base_url;
    }
    candidate.model = check.model;
    go_on();
    return;
  }
  if (check.state == ModelCheck::State::no_list) {
    if (check.http_status < 500
        && check.http_status != 429) { // it did not just fail to give the list
      m_lessons.no_list(candidate.gateway);
    }
    // A list that is missing by rule needs no reason; one that could not be read does.
    const bool has_reason =
      check.failure
      && (check.failure->failure_class == FailureClass::server || check.http_status / 100 == 3);
    m_listener.noticed(fmt::format(
      "{} {}{}; asking for {} all the same", candidate.gateway.name, no_list_text(check),
      has_reason
        ? fmt::format(" ({}; {})", clause(check.failure->message), clause(check.failure->hint))
        : "",
      wanted.front()));
    candidate.model = wanted.front();
    go_on();
    return;
  }
  Attempt attempt;
  attempt.gateway = candidate.gateway.name;
  attempt.model = wanted.front();
  attempt.http_status = check.http_status;
  attempt.request_id = check.request_id;
  attempt.elapsed = check.elapsed;
  attempt.failure = check.failure ? *check.failure
                                  : Failure(FailureClass::model, not_listed_text(check, wanted),
                                            std::string(default_hint(FailureClass::model)));
  if (attempt.failure->hint.empty()) {
    attempt.failure->hint = default_hint(attempt.failure->failure_class);
  }
  const auto failure = *attempt.failure;
  record(std::move(attempt));
  m_lessons.failed(candidate.gateway, m_plan.provider(), m_plan.size(), failure);
  // Its other providers would ask with the same model, URL and key.
  const auto decision =
    Policy(m_parts.settings.fallback, m_options.duplicate_charge).decide(failure, {});
  advance(decision.step == NextStep::stop ? NextStep::stop : NextStep::next_gateway);
}

bool JobRun::skip_refused_size()
{
  if (!is_skipped(m_plan, candidate(), m_lessons)) {
    return false;
  }
  m_listener.noticed(skipped_text(m_plan, candidate()));
  advance(NextStep::next_size);
  return true;
}

void JobRun::record(Attempt attempt)
{
  m_listener.attempt_ended(attempt);
  m_outcome.cost += attempt.cost;
  m_outcome.attempts.push_back(std::move(attempt));
}

void JobRun::advance(NextStep step)
{
  const auto gateway = m_plan.gateway();
  const auto provider = m_plan.provider();
  m_plan.advance(step);
  if (m_plan.done() || m_plan.gateway() != gateway || m_plan.provider() != provider) {
    m_dropped.clear();
    m_were_previews_refused = false;
  }
  if (!m_plan.done() && m_plan.gateway() != gateway) {
    m_presence = m_parts.spread.enter(candidate().gateway);
  }
  if (step == NextStep::retry) {
    ++m_retries;
  } else {
    m_waits = 0;
    m_retries = 0;
  }
  go_on();
}

void JobRun::finish(std::optional<Failure> failure)
{
  m_presence.reset();
  m_outcome.failure = std::move(failure);
  m_outcome.elapsed =
    std::chrono::duration_cast<milliseconds>(m_parts.transport.loop().now() - m_begin);
  if (const auto done = std::exchange(m_done, nullptr)) {
    done(std::move(m_outcome)); // may destroy this object
  }
}

void JobRun::finish_interrupted()
{
  finish(Failure(FailureClass::cancelled, "interrupted"));
}

Job JobRun::job_as_asked() const
{
  const auto& [gateway, model] = m_candidates[m_plan.gateway()];
  return asked_job(m_job, gateway, model, m_parts.settings);
}

std::vector<std::string> JobRun::wanted_models(const Candidate& candidate) const
{
  return limn::wanted_models(candidate.gateway, m_options, m_parts.settings);
}

} // namespace limn
