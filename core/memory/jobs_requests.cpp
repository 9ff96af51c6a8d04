#include "memory/history_entry.hpp"
#include "memory/jobs_database.hpp"
#include "memory/process_mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// Whether what was asked for before answers a request, and as what.
bool answers(const KeptJob& job)
{
  const bool is_over = job.state == JobState::refused || job.state == JobState::cancelled;
  return !is_over || (job.state == JobState::refused && !job.images.empty());
}

PutAs answers_as(const KeptJob& job)
{
  return job.state == JobState::done || job.state == JobState::refused ? PutAs::replayed
                                                                       : PutAs::joined;
}

} // namespace

// Within a transaction.
Result<std::optional<PutJob>> JobsDatabase::find_named(const JobRequest& request)
{
  LIMN_TRY_ASSIGN(auto same, find("WHERE id = (SELECT job FROM job_request WHERE door = ? AND "
                                  "request_id = ?)",
                                  request.door, request.request_id));
  if (!same) {
    return std::optional<PutJob>();
  }
  const bool may_be_forgotten = is_final(same->state) && same->state != JobState::unknown;
  if (request.named_for && may_be_forgotten
      && same->changed < std::chrono::system_clock::now() - *request.named_for) {
    return std::optional<PutJob>();
  }
  LIMN_TRY_ASSIGN(const auto equal,
                  find("WHERE id = ? AND fingerprint = ?", same->id, request.fingerprint));
  if (!equal) {
    Failure failure(FailureClass::usage,
                    fmt::format("request_id '{}' stands for another picture already (job {})",
                                request.request_id, same->id),
                    "each request has a request_id of its own");
    failure.code = k_request_id_reused;
    return fail(std::move(failure));
  }
  // What was lost may be asked for once more by its name, and so may what cost and brought nothing.
  const bool is_given_up = same->state == JobState::unknown && request.is_to_be_drawn_anew;
  if (!answers(*same) || is_given_up) {
    return std::optional<PutJob>();
  }
  const auto as = answers_as(*same);
  return std::optional(PutJob{std::move(*same), as});
}

// Likewise.
Result<std::optional<PutJob>> JobsDatabase::find_equal(const JobRequest& request)
{
  if (!request.request_id.empty()) {
    LIMN_TRY_ASSIGN(auto named, find_named(request));
    if (named) {
      return named;
    }
  }
  if (request.is_to_be_drawn_anew || request.equal_jobs == EqualJobs::never_answer) {
    return std::optional<PutJob>();
  }
  if (request.equal_jobs != EqualJobs::answer) {
    return find_twin(request);
  }
  LIMN_TRY_ASSIGN(
    auto equal,
    find(
      "WHERE fingerprint = ? AND door = ? AND (is_to_end = 0 OR state IN ('sent', 'done', "
      "'unknown')) "
      "AND state != 'cancelled' AND (state != 'refused' OR EXISTS (SELECT 1 FROM job_image WHERE "
      "job = job.id)) ORDER BY number DESC LIMIT 1",
      request.fingerprint, request.door));
  if (!equal || !answers(*equal)) {
    return std::optional<PutJob>();
  }
  const auto as = answers_as(*equal);
  const auto oldest = std::chrono::system_clock::now() - request.replayed_for;
  if (as == PutAs::replayed && equal->changed < oldest) {
    return std::optional<PutJob>();
  }
  return std::optional(PutJob{std::move(*equal), as});
}

// Likewise. Of several equal ones, that were meant, one whose answer reached nobody is the one that
// is asked for again. What is unknown answers for a while whoever asks: programs that repeat
// whatever fails do not say that they do.
Result<std::optional<PutJob>> JobsDatabase::find_twin(const JobRequest& request)
{
  struct Twin {
    std::string id;
    KeptJob::Time heard;
    std::string listener;
  };
  std::vector<Twin> twins;
  LIMN_TRY_ASSIGN(auto rows,
                  m_database.prepare("SELECT id, heard, listener FROM job WHERE fingerprint = ? "
                                     "AND door = ? AND (is_to_end = 0 OR state IN ('sent', 'done', "
                                     "'unknown')) AND state != 'cancelled' ORDER BY number DESC "
                                     "LIMIT 64"));
  rows.bind(request.fingerprint).bind(request.door);
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, rows.step());
    if (!is_there) {
      break;
    }
    twins.push_back({rows.text(0), time_from_unix(rows.number(1)), rows.text(2)});
  }
  const auto now = std::chrono::system_clock::now();
  std::optional<PutJob> heard; // the last one whose answer reached somebody, or soon may
  for (const auto& twin : twins) {
    LIMN_TRY_ASSIGN(auto job, find("WHERE id = ?", twin.id));
    if (!job || !answers(*job)) {
      continue;
    }
    const bool is_unheard = twin.heard == KeptJob::Time() && !is_alive(twin.listener);
    const bool is_over = is_final(job->state);
    const auto as = answers_as(*job);
    const auto last = std::max(job->changed, twin.heard);
    if (is_unheard && (!is_over || job->changed >= now - request.unheard_for)) {
      return std::optional(PutJob{std::move(*job), as});
    }
    const bool may_answer =
      request.equal_jobs == EqualJobs::of_a_repeat || job->state == JobState::unknown;
    if (!heard && may_answer && (!is_over || last >= now - request.replayed_for)) {
      heard = PutJob{std::move(*job), as};
    }
  }
  return heard;
}

Result<std::optional<PutJob>> JobsDatabase::equal(const JobRequest& request)
{
  return transaction([&] { return find_equal(request); });
}

Result<PutJob> JobsDatabase::put(const JobRequest& request)
{
  return transaction([&]() -> Result<PutJob> {
    LIMN_TRY_ASSIGN(auto equal, find_equal(request));
    if (equal) {
      LIMN_TRY_ASSIGN(
        auto join,
        m_database.prepare("UPDATE job SET callers = callers + 1, is_to_end = 0 WHERE id = ?"));
      LIMN_TRY(join.bind(equal->job.id).run());
      LIMN_TRY(name(request, equal->job.id));
      LIMN_TRY(listen(request, equal->job.id));
      return std::move(*equal);
    }
    LIMN_TRY(
      check_limits(m_database, request.door, request.account, request.limits, request.estimate));
    LIMN_TRY(check_room(request));
    LIMN_TRY_ASSIGN(auto row,
                    m_database.prepare("INSERT INTO job (id, door, state, asked, changed, "
                                       "fingerprint, job_order, images, estimate_basis, estimate, "
                                       "account) VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)"));
    const auto id = "job-" + history_id();
    const auto now = unix_milliseconds(std::chrono::system_clock::now());
    LIMN_TRY(row.bind(id)
               .bind(request.door)
               .bind(now)
               .bind(now)
               .bind(request.fingerprint)
               .bind(request.order)
               .bind(static_cast<std::int64_t>(request.images))
               .bind(static_cast<std::int64_t>(request.estimate.basis))
               .bind(request.estimate.amount)
               .bind(request.account)
               .run());
    LIMN_TRY(name(request, id));
    LIMN_TRY(listen(request, id));
    KeptJob job;
    job.id = id;
    job.door = request.door;
    job.asked = job.changed = time_from_unix(now);
    job.order = request.order;
    job.wanted = request.images;
    job.estimate = request.estimate;
    return PutJob{std::move(job), PutAs::begun};
  });
}

// The caller's name for it stands for this job from now on.
Done JobsDatabase::name(const JobRequest& request, std::string_view job)
{
  if (request.request_id.empty()) {
    return {};
  }
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("INSERT OR REPLACE INTO job_request VALUES (?, ?, ?)"));
  return row.bind(request.door).bind(request.request_id).bind(job).run();
}

Done JobsDatabase::listen(const JobRequest& request, std::string_view job)
{
  if (!request.is_listened_to) {
    return {};
  }
  LIMN_TRY_ASSIGN(auto row, m_database.prepare("UPDATE job SET listener = ? WHERE id = ?"));
  return row.bind(own_process_mark()).bind(job).run();
}

Result<std::map<std::string, AccountSpending>> JobsDatabase::spending()
{
  return spending_of(m_database);
}

// Of those that are under way, whatever else there is: a + keeps SQLite from going through all that
// the account ever asked for.
Done JobsDatabase::check_room(const JobRequest& request)
{
  LIMN_TRY_ASSIGN(auto count,
                  m_database.prepare("SELECT count(*) FROM job WHERE state IN ('queued', "
                                     "'claimed', 'sent') AND +door = ? AND +account = ?"));
  count.bind(request.door).bind(request.account);
  LIMN_TRY(count.step());
  if (count.number(0) < request.most_under_way) {
    return {};
  }
  return fail(FailureClass::rate_limited,
              fmt::format("{} pictures are under way already", count.number(0)),
              "nothing was asked for; wait until some of them are done");
}

} // namespace limn
