#include "queue/queue_jobs.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

// An announcement holds for a minute by the database's clock. One that is answered so late is not
// acted on: this process was stopped meanwhile, or the line was.
constexpr std::chrono::seconds k_announced_within{20};

constexpr std::chrono::minutes k_told_within{15};
constexpr std::chrono::milliseconds k_end_pause{1'000};

constexpr std::string_view k_may = "may";
constexpr std::string_view k_budget = "budget";
constexpr std::string_view k_no_price = "no_price";

PgValue pg_bool(bool value)
{
  return std::string(value ? "true" : "false");
}

PgValue pg_text_or_null(const std::string& text)
{
  return text.empty() ? PgValue() : PgValue(text);
}

Failure withheld(std::string_view verdict)
{
  if (verdict == k_budget) {
    return {FailureClass::not_saved, "nothing was asked for: the queue's limit of costs is reached",
            "limn queue init --max-cost USD sets another"};
  }
  if (verdict == k_no_price) {
    return {FailureClass::not_saved,
            "nothing was asked for: the queue has a limit of costs, and nobody knows this one's",
            "limn.yaml tells prices"};
  }
  return {FailureClass::not_saved,
          "nothing was asked for, since the job may be somebody else's by now"};
}

// What may go better on another machine, or later, and is not the job's own fault.
bool may_go_elsewhere(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::unreachable:
  case FailureClass::tls:
  case FailureClass::billing:
  case FailureClass::auth:
  case FailureClass::rate_limited:
  case FailureClass::not_saved:
  case FailureClass::settings:
  case FailureClass::no_gateway:
  case FailureClass::internal:
    return true;
  default:
    return false;
  }
}

} // namespace

QueueJobs::QueueJobs(Loop& loop, PgLine& line, const QueueRates& rates, const Redactor& redactor,
                     std::string worker, Report report,
                     std::function<void(const std::string&, const Ended&)> over)
  : m_loop(loop), m_line(line), m_rates(rates), m_redactor(redactor), m_worker(std::move(worker)),
    m_report(std::move(report)), m_over(std::move(over))
{
}

JobClaim QueueJobs::take(const QueueClaim& claim, std::optional<NanoUsd> estimate)
{
  const auto job = std::to_string(claim.id);
  auto& held = m_held[job];
  held.id = claim.id;
  held.fence = claim.fence;
  held.estimate = estimate;
  return {job};
}

bool QueueJobs::is_sent(const std::string& job) const
{
  const auto found = m_held.find(job);
  return found != m_held.end() && found->second.is_sent;
}

std::vector<std::int64_t> QueueJobs::ids() const
{
  std::vector<std::int64_t> all;
  for (const auto& [job, held] : m_held) {
    all.push_back(held.id);
  }
  return all;
}

void QueueJobs::may_spend(const JobClaim& claim, const Attempt& attempt,
                          std::function<void(Done)> answer)
{
  const auto& held = m_held.at(claim.id);
  const auto token = m_rates.token_of(attempt.rate_slot);
  const bool has_lost_token = attempt.rate_slot >= 0 && !token;
  m_line.run(
    {"select limn_announce($1, $2, $3, $4, $5, $6, $7, $8, $9)",
     {std::to_string(held.id), std::to_string(held.fence), m_worker,
      std::to_string(static_cast<std::uint64_t>(attempt.id)), m_redactor.redact(attempt.gateway),
      attempt.provider, m_redactor.redact(attempt.model),
      held.estimate ? PgValue(std::to_string(*held.estimate)) : PgValue(),
      token            ? PgValue(std::to_string(*token))
      : has_lost_token ? PgValue("0") // there is none of that number
                       : PgValue()}},
    [this, claim, since = rate_time_now().uptime, answer = std::move(answer),
     alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (!alive.expired()) {
        announced(claim, since, rows, answer);
      }
    });
}

void QueueJobs::announced(const JobClaim& claim, milliseconds since, const Result<PgRows>& rows,
                          const std::function<void(Done)>& answer)
{
  const auto found = m_held.find(claim.id);
  if (found == m_held.end()) {
    return; // it is over
  }
  auto& held = found->second;
  const auto verdict = rows && !rows->rows.empty() ? rows->text(0, 0) : "";
  const bool is_late = rate_time_now().uptime - since > k_announced_within;
  if (verdict == k_may && !is_late) {
    held.is_sent = true;
    answer({});
    return;
  }
  held.is_withheld = true;
  held.is_out_of_money = verdict == k_budget;
  answer(fail(rows ? withheld(verdict)
                   : Failure(FailureClass::not_saved,
                             fmt::format("nothing was asked for, since that could not be noted: {}",
                                         rows.error().message))));
}

// As KeptJobs has it: what has brought an image stays `sent` until it is over. Where this does not
// reach the queue the job stays so, too.
void QueueJobs::settled(const JobClaim& claim, const Attempt& attempt, JobState state)
{
  auto& held = m_held.at(claim.id);
  const bool is_free = state == JobState::claimed && attempt.failure && held.images == 0;
  held.is_sent = held.is_sent && !is_free;
  m_line.run(
    {"select limn_settle($1, $2, $3, $4, $5, $6, $7, $8)",
     {std::to_string(held.id), std::to_string(held.fence),
      std::to_string(static_cast<std::uint64_t>(attempt.id)),
      attempt.failure ? PgValue(std::string(to_string(attempt.failure->failure_class))) : PgValue(),
      std::to_string(attempt.http_status), pg_text_or_null(m_redactor.redact(attempt.request_id)),
      pg_bool(attempt.may_have_cost), pg_bool(is_free)}},
    [](const Result<PgRows>&) {});
}

void QueueJobs::naming(const JobClaim& claim, const SavedImage& /*image*/, std::uint64_t /*inode*/)
{
  ++m_held.at(claim.id).images;
}

// Only what certainly drew nothing.
bool QueueJobs::goes_back(const Held& held, const JobOutcome& outcome) const
{
  if (!outcome.failure || held.images > 0 || !outcome.images.empty()
      || may_be_lost(outcome.attempts)) {
    return false;
  }
  return held.is_withheld || outcome.failure->failure_class == FailureClass::cancelled
         || may_go_elsewhere(outcome.failure->failure_class);
}

PgStatement QueueJobs::end_statement(const Held& held, const JobOutcome& outcome) const
{
  const PgValue failure_class =
    outcome.failure ? PgValue(std::string(to_string(outcome.failure->failure_class))) : PgValue();
  const PgValue failure =
    outcome.failure ? PgValue(m_redactor.redact(outcome.failure->message)) : PgValue();
  if (goes_back(held, outcome)) {
    // Whoever asks it to wait, or to end, does not count: it was not the job's fault.
    const bool counts =
      !held.is_withheld && outcome.failure->failure_class != FailureClass::cancelled;
    return {"select limn_release($1, $2, $3, $4, $5)",
            {std::to_string(held.id), std::to_string(held.fence), pg_bool(counts), failure_class,
             failure}};
  }
  const auto state = state_of(outcome);
  return {"select limn_finish($1, $2, $3, $4, $5, $6, $7, $8, $9)",
          {std::to_string(held.id), std::to_string(held.fence),
           std::string(to_string(state == JobState::cancelled ? JobState::refused : state)),
           std::to_string(outcome.images.size()), std::to_string(outcome.cost.amount),
           std::string(to_string(outcome.cost.basis)), failure_class, failure,
           m_redactor.redact_json(m_report(outcome))}};
}

void QueueJobs::finish(const JobClaim& claim, const JobOutcome& outcome)
{
  auto& held = m_held.at(claim.id);
  held.give_up = m_loop.now() + k_told_within;
  Ended ended;
  ended.how = goes_back(held, outcome) ? QueueEnd::returned : QueueEnd::kept;
  ended.state = state_of(outcome);
  ended.why = outcome.failure ? outcome.failure->message : "";
  ended.is_out_of_money = held.is_out_of_money;
  write_end(claim.id, std::make_shared<const PgStatement>(end_statement(held, outcome)), ended);
}

// What was paid for is told as long as anybody may want to know; nobody else has the fence.
void QueueJobs::write_end(const std::string& job,
                          const std::shared_ptr<const PgStatement>& statement, const Ended& ended)
{
  m_line.run(*statement, [this, job, statement, ended,
                          alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
    if (alive.expired()) {
      return;
    }
    auto& held = m_held.at(job);
    if (!rows && m_loop.now() < held.give_up) {
      held.again = m_loop.after(
        k_end_pause, [this, job, statement, ended] { write_end(job, statement, ended); });
      return;
    }
    const bool is_kept = rows && !rows->rows.empty() && rows->text(0, 0) == "t";
    auto told = ended;
    if (!is_kept) {
      told.how = QueueEnd::lost;
    }
    m_held.erase(job);
    m_over(job, told);
  });
}

} // namespace limn
