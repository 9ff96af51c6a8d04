#include "memory/jobs_database.hpp"

#include "base/files.hpp"
#include "memory/history_entry.hpp"
#include "memory/job_lock.hpp"
#include "memory/process_mark.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::int64_t k_jobs_schema = 3; // user_version

constexpr const char* k_jobs_tables = R"(
CREATE TABLE job (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, door TEXT NOT NULL, state TEXT NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL, changed INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, job_order TEXT NOT NULL, images INTEGER NOT NULL,
  callers INTEGER NOT NULL DEFAULT 1, process INTEGER NOT NULL DEFAULT 0,
  estimate_basis INTEGER NOT NULL, estimate INTEGER NOT NULL,
  cost_basis INTEGER NOT NULL DEFAULT 3, cost INTEGER NOT NULL DEFAULT 0,
  is_to_end INTEGER NOT NULL DEFAULT 0, progress TEXT NOT NULL DEFAULT '',
  report TEXT NOT NULL DEFAULT '', heard INTEGER NOT NULL DEFAULT 0,
  listener TEXT NOT NULL DEFAULT '', account TEXT NOT NULL DEFAULT '');
CREATE TABLE spent (
  door TEXT NOT NULL, account TEXT NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (door, account, day));
CREATE TABLE job_image (
  job TEXT NOT NULL, path TEXT NOT NULL, inode INTEGER NOT NULL, PRIMARY KEY (job, path));
CREATE TABLE job_request (
  door TEXT NOT NULL, request_id TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (door, request_id));
CREATE INDEX job_request_by_job ON job_request (job);
CREATE INDEX job_by_fingerprint ON job (fingerprint, number);
CREATE INDEX job_under_way ON job (number) WHERE state IN ('queued', 'claimed', 'sent');
CREATE INDEX job_by_time ON job (changed);
CREATE INDEX job_by_account ON job (door, account, asked);
PRAGMA user_version = 3;
)";

// `heard`: when its end reached a caller; `listener`: the process that one waits in.
constexpr const char* k_from_version_1 = R"(
ALTER TABLE job ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN listener TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 2;
)";

// `account`: for whom; `spent`: what jobs cost that are not in `job` any more.
constexpr const char* k_from_version_2 = R"(
ALTER TABLE job ADD COLUMN account TEXT NOT NULL DEFAULT '';
CREATE TABLE spent (
  door TEXT NOT NULL, account TEXT NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (door, account, day));
CREATE INDEX job_by_account ON job (door, account, asked);
PRAGMA user_version = 3;
)";

constexpr std::string_view k_job_columns =
  "SELECT id, door, state, fence, asked, changed, job_order, estimate_basis, estimate, cost_basis, "
  "cost, is_to_end, progress, report, images, process FROM job ";

// A job that nobody has begun by then has nobody who waits for it: what was agreed to when it was
// put, a price or a limit, may not hold any more.
constexpr std::chrono::minutes k_begun_within{1};

// Long enough for whoever comes back after a holiday; `unknown` ones are kept three times as long.
constexpr auto k_kept_for = std::chrono::hours(24 * 30);

std::int64_t now_in_milliseconds()
{
  return unix_milliseconds(std::chrono::system_clock::now());
}

KeptJob job_of(const SqliteStatement& row)
{
  KeptJob job;
  job.id = row.text(0);
  job.door = row.text(1);
  job.state = job_state_from(row.text(2)).value_or(JobState::unknown);
  job.fence = row.number(3);
  job.asked = time_from_unix(row.number(4));
  job.changed = time_from_unix(row.number(5));
  job.order = row.text(6);
  job.estimate = cost_from(row.number(7), row.number(8));
  job.cost = cost_from(row.number(9), row.number(10));
  job.is_to_end = row.number(11) != 0;
  job.progress = row.text(12);
  job.report = row.text(13);
  job.wanted = static_cast<int>(row.number(14));
  job.process = static_cast<int>(row.number(15));
  return job;
}

tl::unexpected<Failure> lost(const JobFence& fence)
{
  return fail(
    FailureClass::not_saved,
    fmt::format("another process works on {} by now: nothing more is sent from here", fence.id));
}

} // namespace

std::filesystem::path jobs_file(const std::filesystem::path& folder)
{
  return folder / "jobs.db";
}

Result<JobsDatabase> JobsDatabase::open(const std::filesystem::path& folder,
                                        std::chrono::milliseconds patience)
{
  const auto open_file = [&]() -> Result<JobsDatabase> {
    LIMN_TRY(make_private_folder(folder));
    LIMN_TRY_ASSIGN(auto database, Sqlite::open(jobs_file(folder), patience));
    JobsDatabase jobs(std::move(database), folder);
    LIMN_TRY(jobs.prepare_schema());
    return jobs;
  };
  auto opened = open_file();
  if (!opened && opened.error().hint.empty()) {
    opened.error().hint =
      "nothing is drawn for agents without it, since nobody could tell whether it was paid for";
  }
  return opened;
}

Done JobsDatabase::prepare_schema()
{
  const auto version = [this]() -> Result<std::int64_t> {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare("PRAGMA user_version"));
    LIMN_TRY(statement.step());
    return statement.number(0);
  };
  // What must survive a power cut says so itself (durably): it takes along all that came before it.
  LIMN_TRY(m_database.use_write_ahead_log());
  LIMN_TRY(m_database.run("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON"));
  LIMN_TRY_ASSIGN(auto found, version());
  if (found < k_jobs_schema) {
    LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
    LIMN_TRY_ASSIGN(found, version()); // another process may have been faster
    const auto made = grow_schema(found);
    LIMN_TRY(m_database.run(made ? "COMMIT" : "ROLLBACK"));
    LIMN_TRY(made);
    LIMN_TRY_ASSIGN(found, version());
  }
  if (found > k_jobs_schema) {
    return fail(FailureClass::internal,
                fmt::format("{} is of a newer limn (version {} of its tables; this one knows {})",
                            jobs_file(m_folder).string(), found, k_jobs_schema),
                "use that one");
  }
  return {};
}

// Within a transaction.
Done JobsDatabase::grow_schema(std::int64_t found)
{
  if (found == 0) {
    return m_database.run(k_jobs_tables);
  }
  if (found == 1) {
    LIMN_TRY(m_database.run(k_from_version_1));
  }
  return found <= 2 ? m_database.run(k_from_version_2) : Done();
}

// `body` returns a Result or a Done; a failure takes back what it did.
template <typename Body>
auto JobsDatabase::transaction(Body body) -> decltype(body())
{
  LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
  auto result = body();
  if (!result) {
    static_cast<void>(m_database.run("ROLLBACK"));
    return result;
  }
  if (auto done = m_database.run("COMMIT"); !done) {
    static_cast<void>(m_database.run("ROLLBACK"));
    return fail(std::move(done.error()));
  }
  return result;
}

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
      "WHERE fingerprint = ? AND door = ? AND (is_to_end = 0 OR state IN ('done', 'unknown')) "
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
                                     "AND door = ? AND (is_to_end = 0 OR state IN ('done', "
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
      LIMN_TRY_ASSIGN(auto join,
                      m_database.prepare("UPDATE job SET callers = callers + 1 WHERE id = ?"));
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
    const auto now = now_in_milliseconds();
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

Done JobsDatabase::hears(std::string_view id)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare("UPDATE job SET heard = ? WHERE id = ?"));
  return row.bind(now_in_milliseconds()).bind(id).run();
}

// Another process, that has joined it meanwhile, goes on waiting.
Done JobsDatabase::leaves(std::string_view id)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare("UPDATE job SET listener = '' WHERE id = ? AND "
                                               "listener = ?"));
  return row.bind(id).bind(own_process_mark()).run();
}

Result<std::map<std::string, AccountSpending>> JobsDatabase::spending(std::string_view door)
{
  return spending_of(m_database, door);
}

Done JobsDatabase::check_room(const JobRequest& request)
{
  LIMN_TRY_ASSIGN(auto count,
                  m_database.prepare("SELECT count(*) FROM job WHERE state IN ('queued', "
                                     "'claimed', 'sent') AND door = ? AND account = ?"));
  count.bind(request.door).bind(request.account);
  LIMN_TRY(count.step());
  if (count.number(0) < request.most_under_way) {
    return {};
  }
  return fail(FailureClass::rate_limited,
              fmt::format("{} pictures are under way already", count.number(0)),
              "nothing was asked for; wait until some of them are done");
}

Done JobsDatabase::forget_old()
{
  const auto old = unix_milliseconds(std::chrono::system_clock::now() - k_kept_for);
  const auto very_old = unix_milliseconds(std::chrono::system_clock::now() - 3 * k_kept_for);
  constexpr std::string_view is_old =
    "SELECT id FROM job WHERE changed < ?1 AND (state IN ('done', "
    "'refused', 'cancelled') OR (state = 'unknown' AND changed < "
    "?2)) ORDER BY changed LIMIT 100";
  for (const auto& what :
       {sql_to_keep_spending("id IN ({})"), std::string("DELETE FROM job_image WHERE job IN ({})"),
        std::string("DELETE FROM job_request WHERE job IN ({})"),
        std::string("DELETE FROM job WHERE id IN ({})")}) {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare(fmt::format(fmt::runtime(what), is_old)));
    LIMN_TRY(statement.bind(old).bind(very_old).run());
  }
  remove_old_locks();
  return {};
}

// A worker that was killed at its very end leaves the file of a job that is over.
void JobsDatabase::remove_old_locks()
{
  constexpr auto k_longest_job = std::chrono::hours(48); // an attempt takes a day at most
  const auto now = std::filesystem::file_time_type::clock::now();
  std::error_code error;
  for (const auto& file :
       std::filesystem::directory_iterator(job_lock_file(m_folder, "").parent_path(), error)) {
    const auto written = file.last_write_time(error);
    if (!error && written + k_longest_job < now
        && JobLock::state(m_folder, file.path().filename().string(), 0) == JobLock::State::free) {
      std::filesystem::remove(file.path(), error);
    }
  }
}

Result<std::optional<KeptJob>> JobsDatabase::job(std::string_view id)
{
  // A look changes nothing, as a rule, and needs no turn at writing then.
  LIMN_TRY_ASSIGN(auto row, m_database.prepare(fmt::format("{}WHERE id = ?", k_job_columns)));
  row.bind(id);
  LIMN_TRY_ASSIGN(const bool is_there, row.step());
  if (!is_there) {
    return std::optional<KeptJob>();
  }
  auto job = job_of(row);
  row.reset();
  if (!needs_to_be_set_right(job)) {
    LIMN_TRY_ASSIGN(job.images, images_of(job.id));
    return std::optional(std::move(job));
  }
  return transaction([&] { return find("WHERE id = ?", id); });
}

Result<std::size_t> JobsDatabase::forget_before(KeptJob::Time time)
{
  return transaction([&]() -> Result<std::size_t> {
    const std::string old = "changed < ? AND state IN ('done', 'refused', 'cancelled')";
    for (const auto& sql :
         {sql_to_keep_spending(old),
          "DELETE FROM job_image WHERE job IN (SELECT id FROM job WHERE " + old + ")",
          "DELETE FROM job_request WHERE job IN (SELECT id FROM job WHERE " + old + ")",
          "DELETE FROM job WHERE " + old}) {
      LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
      LIMN_TRY(statement.bind(unix_milliseconds(time)).run());
    }
    return static_cast<std::size_t>(m_database.changes());
  });
}

Result<std::vector<KeptJob>> JobsDatabase::under_way()
{
  std::vector<std::string> ids;
  LIMN_TRY_ASSIGN(auto rows, m_database.prepare("SELECT id FROM job WHERE state IN ('queued', "
                                                "'claimed', 'sent') ORDER BY number"));
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, rows.step());
    if (!is_there) {
      break;
    }
    ids.push_back(rows.text(0));
  }
  std::vector<KeptJob> jobs;
  for (const auto& id : ids) {
    LIMN_TRY_ASSIGN(auto one, job(id));
    if (one && !is_final(one->state)) {
      jobs.push_back(std::move(*one));
    }
  }
  return jobs;
}

Done JobsDatabase::end(std::string_view id)
{
  return transaction([&]() -> Done {
    LIMN_TRY_ASSIGN(auto statement,
                    m_database.prepare("UPDATE job SET callers = callers - 1, is_to_end = (callers "
                                       "<= 1) WHERE id = ? AND state IN ('queued', 'claimed')"));
    LIMN_TRY(statement.bind(id).run());
    LIMN_TRY_ASSIGN(auto job, find("WHERE id = ?", id));
    // Nobody works on it: it ends here.
    if (job && job->is_to_end && job->state == JobState::queued && !job->is_owned) {
      LIMN_TRY(set_state(*job, JobState::cancelled));
    }
    return {};
  });
}

Done JobsDatabase::give_up(std::string_view id)
{
  return transaction([&]() -> Done {
    LIMN_TRY_ASSIGN(auto job, find("WHERE id = ?", id));
    if (job && job->state == JobState::queued && !job->is_owned) {
      LIMN_TRY(set_state(*job, JobState::cancelled));
    }
    return {};
  });
}

Result<std::optional<KeptJob>> JobsDatabase::claim(std::string_view id)
{
  return transaction([&]() -> Result<std::optional<KeptJob>> {
    LIMN_TRY_ASSIGN(auto row, m_database.prepare(fmt::format("{}WHERE id = ?", k_job_columns)));
    row.bind(id);
    LIMN_TRY_ASSIGN(const bool is_there, row.step());
    if (!is_there) {
      return std::optional<KeptJob>();
    }
    auto job = job_of(row);
    row.reset();
    // Whoever claims has the lock: whoever had it before is gone.
    LIMN_TRY(set_right(job));
    if (job.state != JobState::queued) {
      return std::optional<KeptJob>();
    }
    LIMN_TRY_ASSIGN(auto claimed,
                    m_database.prepare("UPDATE job SET state = 'claimed', fence = fence + 1, "
                                       "process = ? WHERE id = ?"));
    LIMN_TRY(claimed.bind(static_cast<std::int64_t>(::getpid())).bind(id).run());
    job.state = JobState::claimed;
    ++job.fence;
    return std::optional(std::move(job));
  });
}

Done JobsDatabase::change(std::string_view sql, const JobFence& fence)
{
  LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
  LIMN_TRY(statement.bind(now_in_milliseconds()).bind(fence.id).bind(fence.number).run());
  return m_database.changes() == 1 ? Done() : lost(fence);
}

// `body` returns a Done.
template <typename Body>
Done JobsDatabase::durably(Body body)
{
  LIMN_TRY(m_database.run("PRAGMA synchronous = FULL"));
  auto written = body();
  static_cast<void>(m_database.run("PRAGMA synchronous = NORMAL"));
  return written;
}

Done JobsDatabase::may_spend(const JobFence& fence)
{
  return durably([&] {
    return transaction([&]() -> Done {
      LIMN_TRY_ASSIGN(const auto job, find("WHERE id = ?", fence.id));
      if (job && job->is_to_end) {
        return fail(FailureClass::cancelled, "whoever asked for it does not want it any more");
      }
      return change("UPDATE job SET state = 'sent', changed = ? WHERE id = ? AND fence = ? AND "
                    "state IN ('claimed', 'sent')",
                    fence);
    });
  });
}

Done JobsDatabase::settled(const JobFence& fence)
{
  return change("UPDATE job SET state = 'claimed', changed = ? WHERE id = ? AND fence = ? AND "
                "state IN ('claimed', 'sent')",
                fence);
}

Done JobsDatabase::naming(const JobFence& fence, const std::filesystem::path& image,
                          std::uint64_t inode)
{
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("INSERT OR REPLACE INTO job_image VALUES (?, ?, ?)"));
  return row.bind(fence.id).bind(image.native()).bind(static_cast<std::int64_t>(inode)).run();
}

Done JobsDatabase::tell_progress(const JobFence& fence, std::string_view sentence)
{
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("UPDATE job SET progress = ? WHERE id = ? AND fence = ?"));
  return row.bind(sentence).bind(fence.id).bind(fence.number).run();
}

Done JobsDatabase::finish(const JobFence& fence, JobState state, Cost cost, std::string_view report)
{
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("UPDATE job SET state = ?, changed = ?, cost_basis = ?, cost "
                                     "= ?, report = ?, progress = '', job_order = '' WHERE id = ? "
                                     "AND fence = ? AND state IN ('claimed', 'sent')"));
  LIMN_TRY(row.bind(to_string(state))
             .bind(now_in_milliseconds())
             .bind(static_cast<std::int64_t>(cost.basis))
             .bind(cost.amount)
             .bind(report)
             .bind(fence.id)
             .bind(fence.number)
             .run());
  return m_database.changes() == 1 ? Done() : lost(fence);
}

// Whatever is written durably takes along all that stands before it in the log. What is old goes
// here, since nobody waits for it.
Done JobsDatabase::sync(const JobFence& fence)
{
  return durably([&] {
    return transaction([&]() -> Done {
      LIMN_TRY(forget_old());
      return tell_progress(fence, "");
    });
  });
}

// Whether its process is gone, or nobody has begun it in time. A file that cannot be looked at says
// nothing.
bool JobsDatabase::needs_to_be_set_right(KeptJob& job) const
{
  if (is_final(job.state)) {
    return false;
  }
  const auto lock = JobLock::state(m_folder, job.id, job.process);
  job.is_owned = lock != JobLock::State::free;
  const auto late = std::chrono::system_clock::now() - k_begun_within;
  return !job.is_owned && (job.state != JobState::queued || job.changed < late);
}

// Within a transaction.
Done JobsDatabase::set_right(KeptJob& job)
{
  LIMN_TRY_ASSIGN(job.images, images_of(job.id));
  const auto late = std::chrono::system_clock::now() - k_begun_within;
  const bool has_all = job.wanted > 0 && job.images.size() >= static_cast<std::size_t>(job.wanted);
  const bool is_over = job.is_to_end || (job.state == JobState::queued && job.changed < late);
  if (job.state == JobState::sent) {
    return set_state(job, has_all ? JobState::done : JobState::unknown);
  }
  if (is_over) {
    return set_state(job, JobState::cancelled);
  }
  return job.state == JobState::claimed ? set_state(job, JobState::queued) : Done();
}

// Likewise. What is over needs neither order nor file any more.
Done JobsDatabase::set_state(KeptJob& job, JobState state)
{
  job.state = state;
  job.changed = std::chrono::system_clock::now();
  job.progress.clear();
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("UPDATE job SET state = ?1, changed = ?2, progress = '', "
                                     "job_order = CASE WHEN ?1 = 'queued' THEN job_order ELSE '' "
                                     "END, cost_basis = CASE WHEN ?1 = 'cancelled' THEN 0 ELSE "
                                     "cost_basis END WHERE id = ?3"));
  LIMN_TRY(row.bind(to_string(state)).bind(unix_milliseconds(job.changed)).bind(job.id).run());
  if (is_final(state)) {
    std::error_code ignored;
    std::filesystem::remove(job_lock_file(m_folder, job.id), ignored);
  }
  return {};
}

Result<KeptJob> JobsDatabase::as_it_stands(KeptJob job)
{
  if (needs_to_be_set_right(job)) {
    LIMN_TRY(set_right(job));
  }
  LIMN_TRY_ASSIGN(job.images, images_of(job.id));
  return job;
}

Result<std::optional<KeptJob>> JobsDatabase::find(std::string_view where, std::string_view first,
                                                  std::string_view second)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare(fmt::format("{}{}", k_job_columns, where)));
  row.bind(first);
  if (!second.empty()) {
    row.bind(second);
  }
  LIMN_TRY_ASSIGN(const bool is_there, row.step());
  if (!is_there) {
    return std::optional<KeptJob>();
  }
  auto found = job_of(row);
  row.reset();
  LIMN_TRY_ASSIGN(auto job, as_it_stands(std::move(found)));
  return std::optional(std::move(job));
}

// Of those that were about to get their names the ones that have them.
Result<std::vector<std::filesystem::path>> JobsDatabase::images_of(std::string_view id)
{
  std::vector<std::filesystem::path> images;
  LIMN_TRY_ASSIGN(auto rows, m_database.prepare("SELECT path, inode FROM job_image WHERE job = ? "
                                                "ORDER BY rowid"));
  rows.bind(id);
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, rows.step());
    if (!is_there) {
      return images;
    }
    const std::filesystem::path path = rows.text(0);
    struct stat status {
    };
    if (::lstat(path.c_str(), &status) == 0
        && static_cast<std::int64_t>(status.st_ino) == rows.number(1)) {
      images.push_back(path);
    }
  }
}

} // namespace limn
