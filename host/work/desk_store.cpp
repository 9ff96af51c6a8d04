#include "work/desk_store.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace limn {

namespace {

// In the disk thread: the loop goes on meanwhile.
constexpr std::chrono::seconds k_desk_patience{5};

std::pair<dev_t, ino_t> number_of(const std::filesystem::path& file)
{
  struct stat status {
  };
  return ::stat(file.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino)
                                            : std::pair(dev_t{}, ino_t{});
}

} // namespace

Failure no_such_job(const std::string& id)
{
  return {FailureClass::usage, fmt::format("there is no job {}", id),
          "jobs are kept for thirty days; `limn history` lists what was drawn before"};
}

Result<JobsDatabase*> DeskStore::open()
{
  if (m_is_closing) {
    return fail(FailureClass::internal, "whoever asked has gone");
  }
  return open_anyway();
}

Result<JobsDatabase*> DeskStore::open_anyway()
{
  // Whoever took the file away, or put another one there, did so for the workers, too.
  if (m_database && number_of(jobs_file(m_folder)) != m_number) {
    m_database.reset();
  }
  if (!m_database) {
    LIMN_TRY_ASSIGN(auto database, JobsDatabase::open(m_folder, k_desk_patience));
    m_database.emplace(std::move(database));
    m_number = number_of(jobs_file(m_folder));
  }
  return &*m_database;
}

Result<KeptJob> DeskStore::job(const std::string& id)
{
  LIMN_TRY_ASSIGN(auto* const database, open());
  LIMN_TRY_ASSIGN(auto job, database->job(id));
  if (!job) {
    return fail(no_such_job(id));
  }
  return std::move(*job);
}

Done DeskStore::end(const std::string& id)
{
  if (m_is_hopeless) {
    return fail(FailureClass::internal, "jobs.db cannot be written");
  }
  auto ended = [&]() -> Done {
    LIMN_TRY_ASSIGN(auto* const database, open_anyway());
    return database->end(id);
  }();
  m_is_hopeless = m_is_closing && !ended;
  return ended;
}

} // namespace limn
