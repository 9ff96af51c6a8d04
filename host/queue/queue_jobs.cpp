#include "queue/queue_jobs.hpp"

#include "batch/manifest_line.hpp"

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

// A standby that takes over lags by less.
constexpr std::chrono::minutes k_ends_last{5};

constexpr std::string_view k_may = "may";
constexpr std::string_view k_budget = "budget";
constexpr std::string_view k_no_price = "no_price";

// What the queue says to a witness.
constexpr std::string_view k_kept = "kept";
constexpr std::string_view k_busy = "busy";
constexpr std::string_view k_absent = "absent";

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

} // namespace

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

QueueJobs::QueueJobs(Loop& loop, PgLine& line, const QueueRates& rates, WorkJournal& journal,
                     const Redactor& redactor, std::string worker, Report report,
                     std::function<void(const std::string&, const Ended&)> over)
  : m_loop(loop), m_line(line), m_rates(rates), m_journal(journal), m_redactor(redactor),
    m_worker(std::move(worker)), m_report(std::move(report)), m_over(std::move(over))
{
  m_line.greet_with([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      tell_again();
    }
  });
}

JobClaim QueueJobs::take(const QueueClaim& claim, int images, std::optional<NanoUsd> estimate)
{
  const auto job = std::to_string(claim.id);
  std::erase_if(m_told, [&claim](const ToldEnd& told) { return told.job.id == claim.id; });
  auto& held = m_held[job];
  held.id = claim.id;
  held.fence = claim.fence;
  held.estimate = estimate;
  held.announced.id = claim.id;
  held.announced.fingerprint = claim.fingerprint;
  held.announced.worker = m_worker;
  held.announced.wanted = images;
  held.announced.estimate = estimate;
  return {job};
}

std::optional<int> QueueJobs::fence_of(const std::string& job) const
{
  const auto found = m_held.find(job);
  return found == m_held.end() ? std::nullopt : std::optional(found->second.fence);
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

QueueJobs::SharedAnnouncement QueueJobs::announce(const JobClaim& claim, const Attempt& attempt,
                                                  std::function<void(Done)> answer)
{
  auto& held = m_held.at(claim.id);
  held.announced.fence = held.fence;
  held.announced.attempt = static_cast<std::uint64_t>(attempt.id);
  held.announced.gateway = m_redactor.redact(attempt.gateway);
  held.announced.provider = attempt.provider;
  held.announced.model = m_redactor.redact(attempt.model);
  return std::make_shared<Announcement>(Announcement{
    held.announced, rate_time_now().uptime, std::move(answer), std::nullopt, std::nullopt});
}

// The disk and the queue are waited for at once.
void QueueJobs::may_spend(const JobClaim& claim, const Attempt& attempt,
                          std::function<void(Done)> answer)
{
  const auto announcement = announce(claim, attempt, std::move(answer));
  const auto& job = announcement->job;
  const auto token = m_rates.token_of(attempt.rate_slot);
  const bool has_lost_token = attempt.rate_slot >= 0 && !token;
  m_journal.asked(job, [this, claim, announcement, alive = std::weak_ptr(m_alive)](Done noted) {
    if (!alive.expired()) {
      announcement->noted = std::move(noted);
      announced(claim, *announcement);
    }
  });
  m_line.run({"select limn_announce($1, $2, $3, $4, $5, $6, $7, $8, $9)",
              {std::to_string(job.id), std::to_string(job.fence), m_worker,
               std::to_string(job.attempt), job.gateway, job.provider, job.model,
               job.estimate ? PgValue(std::to_string(*job.estimate)) : PgValue(),
               token            ? PgValue(std::to_string(*token))
               : has_lost_token ? PgValue("0") // there is none of that number
                                : PgValue()}},
             [this, claim, announcement, alive = std::weak_ptr(m_alive)](Result<PgRows> rows) {
               if (!alive.expired()) {
                 announcement->row = std::move(rows);
                 announced(claim, *announcement);
               }
             });
}

void QueueJobs::announced(const JobClaim& claim, Announcement& announcement)
{
  const auto found = m_held.find(claim.id);
  if (!announcement.noted || !announcement.row || found == m_held.end()) {
    return; // not yet, or it is over
  }
  auto& held = found->second;
  const auto& row = *announcement.row;
  const bool may = row && !row->rows.empty() && row->text(0, 0) == k_may;
  const bool is_late = rate_time_now().uptime - announcement.since > k_announced_within
                       || announcement.job.fence != held.fence; // of a claim that is over
  if (may && !is_late && *announcement.noted) {
    announcement.noted = m_journal.sent(announcement.job);
    if (*announcement.noted) {
      held.is_sent = true;
      announcement.answer({});
      return;
    }
  }
  announcement.answer(fail(withhold(held, announcement)));
}

Failure QueueJobs::withhold(Held& held, const Announcement& announcement) const
{
  const auto& row = *announcement.row;
  const auto verdict = row && !row->rows.empty() ? row->text(0, 0) : "";
  held.is_withheld = true;
  held.is_out_of_money = verdict == k_budget;
  if (row && *announcement.noted) {
    return withheld(verdict);
  }
  const auto& why = row ? announcement.noted->error() : row.error();
  return {FailureClass::not_saved,
          fmt::format("nothing was asked for, since that could not be noted: {}", why.message),
          why.hint};
}

// As KeptJobs has it: what has brought an image stays `sent` until it is over. Where this does not
// reach the queue the job stays so, too.
void QueueJobs::settled(const JobClaim& claim, const Attempt& attempt, JobState state)
{
  auto& held = m_held.at(claim.id);
  const bool is_free = state == JobState::claimed && attempt.failure && held.images == 0;
  held.is_sent = held.is_sent && !is_free;
  m_line.run(
    {"select limn_settle($1, $2, $3, $4, $5, $6, $7, $8, $9)",
     {std::to_string(held.id), std::to_string(held.fence),
      std::to_string(static_cast<std::uint64_t>(attempt.id)),
      attempt.failure ? PgValue(std::string(to_string(attempt.failure->failure_class))) : PgValue(),
      std::to_string(attempt.http_status), pg_text_or_null(m_redactor.redact(attempt.request_id)),
      pg_bool(attempt.may_have_cost), pg_bool(is_free), m_worker}},
    [](const Result<PgRows>&) {});
  if (is_free) {
    m_journal.settled(held.id);
  }
}

void QueueJobs::naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode)
{
  auto& held = m_held.at(claim.id);
  ++held.images;
  auto named = noted(image);
  named.json = m_redactor.redact_json(named.json);
  m_journal.naming(held.id, {std::move(named), inode});
}

bool QueueJobs::goes_back(const std::string& job, const JobOutcome& outcome) const
{
  const auto& held = m_held.at(job);
  if (!outcome.failure || held.images > 0 || !outcome.images.empty()
      || may_be_lost(outcome.attempts)) {
    return false;
  }
  return held.is_withheld || outcome.failure->failure_class == FailureClass::cancelled
         || may_go_elsewhere(outcome.failure->failure_class);
}

PgStatement QueueJobs::release_statement(const Held& held, const JobOutcome& outcome) const
{
  // Whoever asks it to wait, or to end, does not count: it was not the job's fault.
  const bool counts =
    !held.is_withheld && outcome.failure->failure_class != FailureClass::cancelled;
  return {"select limn_release($1, $2, $3, $4, $5, $6)",
          {std::to_string(held.id), std::to_string(held.fence), pg_bool(counts),
           std::string(to_string(outcome.failure->failure_class)),
           m_redactor.redact(outcome.failure->message), m_worker}};
}

QueuedEnd QueueJobs::queued_end(const JobOutcome& outcome) const
{
  QueuedEnd end;
  const auto state = state_of(outcome);
  end.state = state == JobState::cancelled ? JobState::refused : state;
  end.images = static_cast<std::int64_t>(outcome.images.size());
  end.cost = outcome.cost;
  if (outcome.failure) {
    end.failure_class = to_string(outcome.failure->failure_class);
    end.failure = m_redactor.redact(outcome.failure->message);
  }
  end.report = m_redactor.redact_json(m_report(outcome));
  return end;
}

PgStatement QueueJobs::end_statement(const Held& held, const QueuedEnd& end) const
{
  return {"select limn_finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
          {std::to_string(held.id), std::to_string(held.fence), std::string(to_string(end.state)),
           std::to_string(end.images), std::to_string(end.cost.amount),
           std::string(to_string(end.cost.basis)), pg_text_or_null(end.failure_class),
           pg_text_or_null(end.failure), end.report, m_worker}};
}

void QueueJobs::finish(const JobClaim& claim, const JobOutcome& outcome)
{
  auto& held = m_held.at(claim.id);
  held.give_up = m_loop.now() + k_told_within;
  auto ending = std::make_shared<Ending>();
  ending->told.how = goes_back(claim.id, outcome) ? QueueEnd::returned : QueueEnd::kept;
  ending->told.state = state_of(outcome);
  ending->told.why = outcome.failure ? outcome.failure->message : "";
  ending->told.is_out_of_money = held.is_out_of_money;
  if (ending->told.how == QueueEnd::returned) {
    ending->statement = release_statement(held, outcome);
  } else {
    ending->end = queued_end(outcome);
    m_journal.ended(held.id, *ending->end);
    ending->statement = end_statement(held, *ending->end);
  }
  write_end(claim.id, ending);
}

// What was paid for is told as long as anybody may want to know; nobody else has the fence.
void QueueJobs::write_end(const std::string& job, const SharedEnding& ending)
{
  m_line.run(ending->statement,
             [this, job, ending, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
               if (!alive.expired()) {
                 end_written(job, ending, rows);
               }
             });
}

void QueueJobs::end_written(const std::string& job, const SharedEnding& ending,
                            const Result<PgRows>& rows)
{
  auto& held = m_held.at(job);
  if (!rows && m_loop.now() < held.give_up) {
    held.again = m_loop.after(k_end_pause, [this, job, ending] { write_end(job, ending); });
    return;
  }
  const auto verdict = rows && !rows->rows.empty() ? rows->text(0, 0) : "";
  const bool is_kept = verdict == "t" || verdict == k_kept;
  if (rows && !is_kept && ending->end && held.announced.attempt != 0
      && !std::exchange(ending->is_insisting, true)) {
    // It may have lost that this was announced.
    ending->statement = witness_statement(held.announced, *ending->end);
    write_end(job, ending);
    return;
  }
  if (!is_kept) {
    ending->told.how = QueueEnd::lost;
  }
  if (is_kept && ending->end && held.announced.attempt != 0) {
    m_told.push_back({m_loop.now(), held.announced, *ending->end});
  } else if (rows && verdict != k_busy && verdict != k_absent) { // else who comes next tells it
    m_journal.left(held.id);
  }
  m_held.erase(job);
  m_over(job, ending->told);
}

void QueueJobs::insist(const std::string& job)
{
  const auto found = m_held.find(job);
  if (found == m_held.end() || !found->second.is_sent) {
    return;
  }
  QueuedEnd under_way;
  under_way.state = JobState::sent;
  m_line.run(witness_statement(found->second.announced, under_way),
             [this, job, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
               const auto held = alive.expired() ? m_held.end() : m_held.find(job);
               if (alive.expired() || held == m_held.end() || !rows || rows->rows.empty()
                   || rows->text(0, 0) != k_kept) {
                 return;
               }
               held->second.fence = static_cast<int>(rows->number(0, 1));
               held->second.announced.fence = held->second.fence;
               static_cast<void>(m_journal.sent(held->second.announced)); // else it has the old one
             });
}

void QueueJobs::forget_ends()
{
  while (!m_told.empty() && m_loop.now() - m_told.front().at > k_ends_last) {
    m_journal.left(m_told.front().job.id);
    m_told.pop_front();
  }
}

void QueueJobs::tell_again()
{
  for (const auto& [job, held] : m_held) {
    insist(job);
  }
  for (const auto& told : m_told) {
    m_line.run(witness_statement(told.job, told.end), [](const Result<PgRows>&) {});
  }
}

} // namespace limn
