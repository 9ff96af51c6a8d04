#include "work/work_desk.hpp"

#include "memory/job_lock.hpp"
#include "work/worker_process.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace limn {

namespace {

// In the disk thread: the loop goes on meanwhile.
constexpr std::chrono::seconds k_desk_patience{5};

// Where nothing wakes us (a file system without inotify, or too many watches): how often it is
// looked at.
constexpr std::chrono::milliseconds k_desk_tick{500};

// A worker that ends before it has claimed its job, and says nothing, was killed, or is broken.
constexpr int k_most_starts = 3;

constexpr std::size_t k_most_said = 2000; // by a worker that could not begin

Failure no_such_job(const std::string& id)
{
  return {FailureClass::usage, fmt::format("there is no job {}", id),
          "jobs are kept for thirty days; `limn history` lists what was drawn before"};
}

} // namespace

// The database, opened when it is first needed, and again where that failed.
class WorkDesk::Store
{
public:
  explicit Store(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  // From any thread: nobody waits for a look any more.
  void close() { m_is_closing = true; }

  Done end(const std::string& id)
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

  Result<JobsDatabase*> open()
  {
    if (m_is_closing) {
      return fail(FailureClass::internal, "whoever asked has gone");
    }
    return open_anyway();
  }

  Result<JobsDatabase*> open_anyway()
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

  Result<KeptJob> job(const std::string& id)
  {
    LIMN_TRY_ASSIGN(auto* const database, open());
    LIMN_TRY_ASSIGN(auto job, database->job(id));
    if (!job) {
      return fail(no_such_job(id));
    }
    return std::move(*job);
  }

private:
  static std::pair<dev_t, ino_t> number_of(const std::filesystem::path& file)
  {
    struct stat status {
    };
    return ::stat(file.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino)
                                              : std::pair(dev_t{}, ino_t{});
  }

  std::filesystem::path m_folder;
  std::optional<JobsDatabase> m_database;
  std::pair<dev_t, ino_t> m_number; // of its file
  std::atomic<bool> m_is_closing = false;
  bool m_is_hopeless = false;
};

struct WorkDesk::Waiting {
  std::string job;
  Told told;
  int file = -1;             // of inotify; negative: it is not watched
  bool is_looked_at = false; // a look is under way,
  bool is_stale = false;     // and something happened since it began
  int starts = 0;            // of workers that ended before they claimed it
};

// A worker that has not claimed its job yet.
struct WorkDesk::Starting {
  Descriptor report;
  Watch watch;
  std::string said;
};

WorkDesk::WorkDesk(Loop& loop, GlobalOptions options, std::filesystem::path state_folder)
  : m_loop(loop), m_options(std::move(options)), m_folder(std::move(state_folder)), m_disk(loop),
    m_store(std::make_shared<Store>(m_folder))
{
}

// What is given to the disk thread is done first, and each may have to wait for another process:
// only what callers do not want any more is still written, while that can be.
WorkDesk::~WorkDesk()
{
  m_store->close();
}

template <typename Work, typename Then>
void WorkDesk::run(Work work, Then then)
{
  m_disk.run([store = m_store, work = std::move(work)]() mutable { return work(*store); },
             std::move(then));
}

void WorkDesk::put(JobRequest request, std::function<void(Result<PutJob>)> told)
{
  run(
    [request = std::move(request)](Store& store) -> Result<PutJob> {
      LIMN_TRY_ASSIGN(auto* const database, store.open());
      return database->put(request);
    },
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
  run(
    [request = std::move(request)](Store& store) -> Result<std::optional<PutJob>> {
      LIMN_TRY_ASSIGN(auto* const database, store.open());
      return database->equal(request);
    },
    std::move(told));
}

void WorkDesk::look(std::string id, Told told)
{
  run([id = std::move(id)](Store& store) { return store.job(id); }, std::move(told));
}

void WorkDesk::previews(std::string id, std::function<void(std::vector<KeptPreview>)> told)
{
  m_disk.run([id = std::move(id), folder = m_folder] { return kept_previews(folder, id); },
             std::move(told));
}

void WorkDesk::end(std::string id, Told told)
{
  run(
    [id = std::move(id), folder = m_folder](Store& store) -> Result<KeptJob> {
      LIMN_TRY(store.end(id));
      JobLock::wake(folder, id);
      return store.job(id);
    },
    std::move(told));
}

void WorkDesk::note(std::string id, Done (JobsDatabase::*what)(std::string_view),
                    std::function<void()> told)
{
  run(
    [id = std::move(id), what](Store& store) -> Result<bool> {
      LIMN_TRY_ASSIGN(auto* const database, store.open());
      LIMN_TRY((database->*what)(id));
      return true;
    },
    [told = std::move(told)](const Result<bool>&) { told(); });
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
  if (!m_events) {
    m_events = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (m_events) {
      m_watch =
        m_loop.watch(m_events.number(), Events::readable, [this](Events) { read_events(); });
    }
  }
  const auto number = ++m_last_wait;
  auto waiting = std::make_unique<Waiting>();
  waiting->job = std::move(id);
  waiting->told = std::move(told);
  m_waiting.emplace(number, std::move(waiting));
  if (m_waiting.size() == 1) {
    tick();
  }
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
    job && job->state == JobState::queued && !job->is_owned && m_starting.count(job->id) == 0;
  if (needs_worker && ++waiting.starts > k_most_starts) {
    give_up(job->id);
    job = fail(FailureClass::cancelled, "the process that was to draw ended at once, three times",
               "nothing was asked for; `limn doctor` may tell what is wrong");
  }
  if (!job || is_final(job->state)) {
    const auto last = m_waiting.extract(found);
    last.mapped()->told(std::move(job));
    return;
  }
  const auto id = job->id;
  const bool is_stale = waiting.is_stale;
  const auto told = waiting.told; // it may stop to wait
  told(std::move(job));
  if (needs_worker) {
    start(wait, id);
  }
  if (is_stale) {
    look_again(wait);
  }
}

// Its file is there once somebody works on it.
void WorkDesk::watch_file(Waiting& waiting)
{
  if (m_events && waiting.file < 0) {
    waiting.file = ::inotify_add_watch(
      m_events.number(), job_lock_file(m_folder, waiting.job).c_str(), IN_MODIFY | IN_CLOSE_WRITE);
  }
}

void WorkDesk::read_events()
{
  alignas(inotify_event) std::array<char, 8192> buffer;
  std::vector<int> files;
  while (true) {
    const auto size = ::read(m_events.number(), buffer.data(), buffer.size());
    if (size <= 0) {
      break;
    }
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      files.push_back(event.wd);
      at += sizeof event + event.len;
    }
  }
  std::vector<std::uint64_t> awake;
  for (const auto& [wait, waiting] : m_waiting) {
    for (const int file : files) {
      if (waiting->file == file && (awake.empty() || awake.back() != wait)) {
        awake.push_back(wait);
      }
    }
  }
  for (const auto wait : awake) {
    look_again(wait);
  }
}

void WorkDesk::start(std::uint64_t wait, const std::string& job)
{
  auto report = start_worker(m_options, job);
  if (!report) {
    give_up(job);
    const auto found = m_waiting.extract(wait);
    if (!found.empty()) {
      found.mapped()->told(fail(std::move(report.error())));
    }
    return;
  }
  auto& starting = *(m_starting[job] = std::make_unique<Starting>());
  starting.report = std::move(*report);
  starting.watch =
    m_loop.watch(starting.report.number(), Events::readable, [this, job](Events) { started(job); });
}

// It claimed the job, or said why it could not.
void WorkDesk::started(const std::string& job)
{
  auto& starting = *m_starting.at(job);
  std::array<char, 512> buffer;
  ssize_t size = 0;
  while ((size = ::read(starting.report.number(), buffer.data(), buffer.size())) > 0) {
    if (starting.said.size() < k_most_said) {
      starting.said.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  if (size < 0 && errno == EAGAIN) {
    return;
  }
  const auto ended = m_starting.extract(job);
  const auto& said = ended.mapped()->said;
  std::vector<std::uint64_t> concerned;
  for (const auto& [wait, waiting] : m_waiting) {
    if (waiting->job == job) {
      concerned.push_back(wait);
    }
  }
  if (!said.empty()) {
    give_up(job);
  }
  for (const auto wait : concerned) {
    if (said.empty()) {
      claimed(wait);
      continue;
    }
    const auto found = m_waiting.extract(wait);
    if (!found.empty()) {
      found.mapped()->told(fail(FailureClass::cancelled,
                                fmt::format("the job could not be begun: {}", said),
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
  if (m_starting.count(job) == 0) {
    start(0, job);
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
  if (found->second->file < 0) {
    look_again(wait);
  }
}

void WorkDesk::tick()
{
  m_tick = m_loop.after(k_desk_tick, [this] {
    std::vector<std::uint64_t> all;
    for (const auto& [wait, waiting] : m_waiting) {
      all.push_back(wait);
    }
    for (const auto wait : all) {
      look_again(wait);
    }
    if (!m_waiting.empty()) {
      tick();
    }
  });
}

} // namespace limn
