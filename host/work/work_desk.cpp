#include "work/work_desk.hpp"

#include "memory/job_lock.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// How often a job is looked at whose file is not watched: there is none yet, or the file system has
// no inotify, or there are too many watches.
constexpr std::chrono::milliseconds k_unwatched_look{500};

// The same of one that is, since some file systems lose events.
constexpr std::chrono::seconds k_watched_look{15};

// A worker writes the end of its job for as long.
constexpr std::chrono::minutes k_looked_at_within{15};

// A worker that ends before it has claimed a job, and says nothing, was killed, or is broken.
constexpr int k_most_starts = 3;

Result<KeptJob> job_in(JobsDatabase& database, const std::string& id)
{
  LIMN_TRY_ASSIGN(auto job, database.job(id));
  if (!job) {
    return fail(no_such_job(id));
  }
  return std::move(*job);
}

} // namespace

Failure no_such_job(const std::string& id)
{
  return {FailureClass::usage, fmt::format("there is no job {}", id),
          "jobs are kept for thirty days; `limn history` lists what was drawn before"};
}

struct WorkDesk::Waiting {
  std::string job;
  Told told;
  std::optional<int> file; // while it is watched
  Timer next_look;
  Loop::Clock::time_point give_up; // where it cannot be looked at
  bool is_looked_at = false;       // a look is under way,
  bool is_stale = false;           // and something happened since it began
  int starts = 0;                  // of workers that ended before they claimed it
};

WorkDesk::WorkDesk(Loop& loop, GlobalOptions options, std::filesystem::path state_folder)
  : m_loop(loop), m_folder(std::move(state_folder)), m_database(loop, m_folder),
    m_worker(loop, std::move(options),
             [this](const std::string& job, JobStart what, const std::string& reason) {
               given(job, what, reason);
             }),
    m_files(loop, IN_ATTRIB | IN_CLOSE_WRITE,
            [this](const std::vector<int>& files) { changed(files); })
{
}

WorkDesk::~WorkDesk() = default;

void WorkDesk::put(JobRequest request, std::function<void(Result<PutJob>)> told)
{
  m_database.run(
    JobsWork::write,
    [request = std::move(request)](JobsDatabase& database) { return database.put(request); },
    [this, told = std::move(told)](Result<PutJob> put) {
      if (put && put->as == PutAs::begun) {
        m_begun = put->job;
      }
      told(std::move(put));
      m_begun.reset();
    });
}

void WorkDesk::equal(JobRequest request, std::function<void(Result<std::optional<PutJob>>)> told)
{
  m_database.run(
    JobsWork::look,
    [request = std::move(request)](JobsDatabase& database) { return database.equal(request); },
    std::move(told));
}

void WorkDesk::look(std::string id, Told told)
{
  m_database.run(
    JobsWork::look, [id = std::move(id)](JobsDatabase& database) { return job_in(database, id); },
    std::move(told));
}

void WorkDesk::previews(std::string id, std::function<void(std::vector<KeptPreview>)> told)
{
  m_database.run(
    JobsWork::look,
    [id = std::move(id), folder = m_folder](JobsDatabase&) {
      return Result<std::vector<KeptPreview>>(kept_previews(folder, id));
    },
    [told = std::move(told)](Result<std::vector<KeptPreview>> previews) {
      told(previews ? std::move(*previews) : std::vector<KeptPreview>());
    });
}

void WorkDesk::end(const std::string& id, Told told)
{
  m_database.run(
    JobsWork::last_word,
    [id](JobsDatabase& database) -> Result<KeptJob> {
      LIMN_TRY(database.end(id));
      return job_in(database, id);
    },
    [this, id, told = std::move(told)](Result<KeptJob> job) {
      JobLock::wake(m_folder, id);
      told(std::move(job));
    });
}

void WorkDesk::note(std::string id, Done (JobsDatabase::*what)(std::string_view),
                    std::function<void()> told)
{
  m_database.run(
    JobsWork::write,
    [id = std::move(id), what](JobsDatabase& database) { return (database.*what)(id); },
    [told = std::move(told)](const Done&) { told(); });
}

void WorkDesk::hears(std::string id, std::function<void()> told)
{
  note(std::move(id), &JobsDatabase::hears, std::move(told));
}

void WorkDesk::leaves(std::string id, std::function<void()> told)
{
  note(std::move(id), &JobsDatabase::leaves, std::move(told));
}

WorkDesk::Wait& WorkDesk::Wait::operator=(Wait&& other) noexcept
{
  stop();
  m_desk = std::exchange(other.m_desk, nullptr);
  m_id = other.m_id;
  return *this;
}

void WorkDesk::Wait::stop()
{
  if (m_desk != nullptr) {
    std::exchange(m_desk, nullptr)->m_waiting.erase(m_id);
  }
}

WorkDesk::Wait WorkDesk::wait(std::string id, Told told)
{
  const auto number = ++m_last_wait;
  auto waiting = std::make_unique<Waiting>();
  waiting->job = std::move(id);
  waiting->told = std::move(told);
  waiting->give_up = m_loop.now() + k_looked_at_within;
  m_waiting.emplace(number, std::move(waiting));
  if (m_begun && m_begun->id == m_waiting[number]->job) {
    // How it stands is known, and its worker can begin.
    m_waiting[number]->is_looked_at = true;
    m_loop.post([this, number, begun = *m_begun, alive = std::weak_ptr(m_alive)] {
      if (!alive.expired()) {
        heard(number, begun);
      }
    });
  } else {
    look_again(number);
  }
  return {*this, number};
}

void WorkDesk::look_again(std::uint64_t wait)
{
  const auto found = m_waiting.find(wait);
  if (found == m_waiting.end()) {
    return;
  }
  auto& waiting = *found->second;
  if (std::exchange(waiting.is_looked_at, true)) {
    waiting.is_stale = true;
    return;
  }
  waiting.is_stale = false;
  watch_file(waiting); // before it is looked at: nothing is missed between the two
  look(waiting.job, [this, wait](Result<KeptJob> job) { heard(wait, std::move(job)); });
}

void WorkDesk::heard(std::uint64_t wait, Result<KeptJob> job)
{
  const auto found = m_waiting.find(wait);
  if (found == m_waiting.end()) {
    return;
  }
  auto& waiting = *found->second;
  waiting.is_looked_at = false;
  const bool needs_worker =
    job && job->state == JobState::queued && !job->is_owned && !m_worker.holds(job->id);
  if (needs_worker && ++waiting.starts > k_most_starts) {
    give_up(job->id);
    job = fail(FailureClass::cancelled, "the process that was to draw ended at once, three times",
               "nothing was asked for; `limn doctor` may tell what is wrong");
  }
  if (!job && job.error().retry_after && m_loop.now() < waiting.give_up) {
    waiting.next_look = m_loop.after(k_unwatched_look, [this, wait] { look_again(wait); });
    return;
  }
  if (!job || is_final(job->state)) {
    const auto last = m_waiting.extract(found);
    last.mapped()->told(std::move(job));
    return;
  }
  waiting.next_look =
    m_loop.after(waiting.file ? std::chrono::milliseconds(k_watched_look) : k_unwatched_look,
                 [this, wait] { look_again(wait); });
  waiting.give_up = m_loop.now() + k_looked_at_within;
  const auto id = job->id;
  const bool is_stale = waiting.is_stale;
  const auto told = waiting.told; // it may stop to wait
  told(std::move(job));
  if (needs_worker) {
    give(wait, id);
  }
  if (is_stale) {
    look_again(wait);
  }
}

// Its file is there once somebody works on it; it may have become another one since.
void WorkDesk::watch_file(Waiting& waiting)
{
  waiting.file = m_files.add(job_lock_file(m_folder, waiting.job));
}

void WorkDesk::changed(const std::vector<int>& files)
{
  std::vector<std::uint64_t> awake;
  for (const auto& [wait, waiting] : m_waiting) {
    if (waiting->file && std::ranges::find(files, *waiting->file) != files.end()) {
      awake.push_back(wait);
    }
  }
  for (const auto wait : awake) {
    look_again(wait);
  }
}

void WorkDesk::give(std::uint64_t wait, const std::string& job)
{
  auto given = m_worker.give(job);
  if (given) {
    return;
  }
  give_up(job);
  const auto found = m_waiting.extract(wait);
  if (!found.empty()) {
    found.mapped()->told(fail(std::move(given.error())));
  }
}

void WorkDesk::given(const std::string& job, JobStart what, const std::string& reason)
{
  std::vector<std::uint64_t> concerned;
  for (const auto& [wait, waiting] : m_waiting) {
    if (waiting->job == job) {
      concerned.push_back(wait);
    }
  }
  if (what == JobStart::refused) {
    give_up(job);
  }
  for (const auto wait : concerned) {
    if (what == JobStart::begun) {
      claimed(wait);
    } else if (what == JobStart::lost) {
      look_again(wait);
    } else if (const auto found = m_waiting.extract(wait); !found.empty()) {
      found.mapped()->told(fail(FailureClass::cancelled,
                                fmt::format("the job could not be begun: {}", reason),
                                "nothing was asked for; ask again with the same arguments"));
    }
  }
}

// Nobody was asked, and nobody is told that it goes on: it is not to be begun later.
void WorkDesk::give_up(const std::string& job)
{
  note(job, &JobsDatabase::give_up, [] {});
}

void WorkDesk::go_on(const std::string& job)
{
  if (!m_worker.holds(job)) {
    give(0, job);
  }
}

// There is nothing to see yet, unless it is over already: then its file is gone.
void WorkDesk::claimed(std::uint64_t wait)
{
  const auto found = m_waiting.find(wait);
  if (found == m_waiting.end()) {
    return;
  }
  watch_file(*found->second);
  if (!found->second->file) {
    look_again(wait);
  }
}

} // namespace limn
