#include "base/contains.hpp"
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

// A queued one was never begun, or was set right, which brought them into the database.
bool has_names_in_file(const KeptJob& job)
{
  return job.state == JobState::claimed || job.state == JobState::sent;
}

} // namespace

// Whether its process is gone, or nobody has begun it in time. A file that cannot be looked at says
// nothing.
bool JobsDatabase::needs_to_be_set_right(KeptJob& job) const
{
  if (is_final(job.state)) {
    return false;
  }
  const auto lock = JobLock::state(m_folder, job.id, job.worker);
  job.is_owned = lock != JobLock::State::free;
  const auto late = std::chrono::system_clock::now() - k_begun_within;
  return !job.is_owned && (job.state != JobState::queued || job.changed < late);
}

// Within a transaction.
Done JobsDatabase::set_right(KeptJob& job)
{
  if (has_names_in_file(job)) {
    LIMN_TRY(keep_images(job.id, JobLock::named(m_folder, job.id)));
  }
  LIMN_TRY_ASSIGN(job.images, images_of(job));
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
    m_over.push_back(job.id);
  }
  return {};
}

// Within a transaction.
Done JobsDatabase::keep_images(std::string_view id, const std::vector<NamedImage>& images)
{
  for (const auto& image : images) {
    LIMN_TRY_ASSIGN(auto row,
                    m_database.prepare("INSERT OR REPLACE INTO job_image VALUES (?, ?, ?)"));
    LIMN_TRY(
      row.bind(id).bind(image.path.native()).bind(static_cast<std::int64_t>(image.inode)).run());
  }
  return {};
}

// Of those that were about to get their names the ones that have them.
Result<std::vector<std::filesystem::path>> JobsDatabase::images_of(const KeptJob& job)
{
  std::vector<std::filesystem::path> images;
  const auto add = [&](const std::filesystem::path& path, std::uint64_t inode) {
    struct stat status {
    };
    if (::lstat(path.c_str(), &status) == 0 && status.st_ino == inode && !contains(images, path)) {
      images.push_back(path);
    }
  };
  LIMN_TRY_ASSIGN(auto rows, m_database.prepare("SELECT path, inode FROM job_image WHERE job = ? "
                                                "ORDER BY rowid"));
  rows.bind(job.id);
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, rows.step());
    if (!is_there) {
      break;
    }
    add(rows.text(0), static_cast<std::uint64_t>(rows.number(1)));
  }
  if (has_names_in_file(job)) {
    for (const auto& image : JobLock::named(m_folder, job.id)) {
      add(image.path, image.inode);
    }
  }
  return images;
}

// Within a transaction. What was `unknown` since before `unknown` goes, too; at most so many.
Result<std::size_t> JobsDatabase::forget(KeptJob::Time over, KeptJob::Time unknown,
                                         std::int64_t most)
{
  LIMN_TRY_ASSIGN(
    auto old, m_database.prepare("SELECT id FROM job WHERE changed < ?1 AND (state IN ('done', "
                                 "'refused', 'cancelled') OR (state = 'unknown' AND changed < ?2)) "
                                 "ORDER BY changed LIMIT ?3"));
  old.bind(unix_milliseconds(over)).bind(unix_milliseconds(unknown)).bind(most);
  LIMN_TRY_ASSIGN(const auto ids, old.texts());
  if (ids.empty()) {
    return 0;
  }
  for (const auto& what :
       {sql_to_keep_spending("id = ?"), std::string("DELETE FROM job_image WHERE job = ?"),
        std::string("DELETE FROM job_request WHERE job = ?"),
        std::string("DELETE FROM job WHERE id = ?")}) {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare(what));
    for (const auto& id : ids) {
      LIMN_TRY(statement.bind(id).run());
    }
  }
  // A worker that was killed at its very end has left the file of its job.
  m_over.insert(m_over.end(), ids.begin(), ids.end());
  return ids.size();
}

Done JobsDatabase::forget_old()
{
  constexpr std::int64_t k_at_once = 100;
  const auto now = std::chrono::system_clock::now();
  LIMN_TRY(forget(now - k_kept_for, now - 3 * k_kept_for, k_at_once));
  return {};
}

Result<std::size_t> JobsDatabase::forget_before(KeptJob::Time time)
{
  constexpr std::int64_t k_all = -1;
  return transaction([&] { return forget(time, {}, k_all); });
}

} // namespace limn
