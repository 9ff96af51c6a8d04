#include "memory/history_entry.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_database.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

namespace limn {

namespace {

// A job that nobody has begun by then has nobody who waits for it: what was agreed to when it was
// put, a price or a limit, may not hold any more.
constexpr std::chrono::minutes k_begun_within{1};

// Long enough for whoever comes back after a holiday; `unknown` ones are kept three times as long.
constexpr auto k_kept_for = std::chrono::hours(24 * 30);

} // namespace

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

Done JobsDatabase::forget_old()
{
  const auto old = unix_milliseconds(std::chrono::system_clock::now() - k_kept_for);
  const auto very_old = unix_milliseconds(std::chrono::system_clock::now() - 3 * k_kept_for);
  constexpr std::string_view is_old =
    "SELECT id FROM job WHERE changed < ?1 AND (state IN ('done', "
    "'refused', 'cancelled') OR (state = 'unknown' AND changed < "
    "?2)) ORDER BY changed LIMIT 100";
  for (const auto* what :
       {"DELETE FROM job_image WHERE job IN ({})", "DELETE FROM job_request WHERE job IN ({})",
        "DELETE FROM job WHERE id IN ({})"}) {
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

Result<std::size_t> JobsDatabase::forget_before(KeptJob::Time time)
{
  return m_database.transaction([&]() -> Result<std::size_t> {
    for (const auto* sql :
         {"DELETE FROM job_image WHERE job IN (SELECT id FROM job WHERE changed < ? AND state IN "
          "('done', 'refused', 'cancelled'))",
          "DELETE FROM job_request WHERE job IN (SELECT id FROM job WHERE changed < ? AND state IN "
          "('done', 'refused', 'cancelled'))",
          "DELETE FROM job WHERE changed < ? AND state IN ('done', 'refused', 'cancelled')"}) {
      LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
      LIMN_TRY(statement.bind(unix_milliseconds(time)).run());
    }
    return static_cast<std::size_t>(m_database.changes());
  });
}

} // namespace limn
