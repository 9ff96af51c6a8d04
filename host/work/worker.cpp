#include "work/worker.hpp"

#include "engine/kept_jobs.hpp"
#include "job/envelope.hpp"
#include "job/paths.hpp"
#include "work/input_stage.hpp"
#include "work/order_preparation.hpp"
#include "work/previews.hpp"
#include "work/work_observer.hpp"
#include "work/work_order.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace limn {

namespace {

// A key that was changed in a file of another program holds from then on.
constexpr std::chrono::seconds k_gateways_hold{10};

// Some file systems have no inotify, or lose events.
constexpr std::chrono::seconds k_end_look{5};

std::string report_of(const JobOutcome& outcome)
{
  JsonWriter json;
  write_envelope(json, outcome);
  return json.str();
}

JobOutcome not_begun(Failure failure)
{
  JobOutcome outcome;
  outcome.failure = std::move(failure);
  return outcome;
}

// What it needed on its way.
void clear_away(const KeptJob& job)
{
  forget_previews(state_folder(), job.id);
  if (const auto order = work_order_from(job.order); order && !order->inputs_folder.empty()) {
    forget_inputs(order->inputs_folder);
  }
}

// Takes whole lines out of what was received.
std::vector<std::string> lines_of(std::string& received)
{
  std::vector<std::string> lines;
  while (true) {
    const auto end = received.find('\n');
    if (end == std::string::npos) {
      return lines;
    }
    lines.push_back(received.substr(0, end));
    received.erase(0, end + 1);
  }
}

std::string without_line_ends(std::string text)
{
  std::ranges::replace(text, '\n', ' ');
  return text;
}

} // namespace

struct Worker::Claimed {
  JobLock lock;
  std::optional<KeptJob> job; // nothing: it is over
};

// A job that is worked on.
struct Worker::Worked {
  Worked(Loop& loop, JobsThread& database, Claimed claim, const Redactor& redactor)
    : job(std::move(*claim.job)),
      kept(loop, database, std::move(claim.lock), job, redactor, report_of),
      claimed(kept, kept.claim())
  {
  }

  KeptJob job;
  KeptJobs kept;
  ClaimedJob claimed;
  PreparedOrder order;
  std::optional<WorkObserver> observer;
  std::optional<JobId> id; // with the engine
  std::optional<int> lock; // its number of m_locks
};

Worker::Worker(Session& session, Descriptor desk)
  : m_session(session), m_desk(std::move(desk)), m_settings(session),
    m_renewed(session.loop().now()), m_interrupt(Leaving::after_what_is_charged),
    m_leave(
      session.loop(), session.host().engine(), [this] { return m_jobs.empty(); },
      [](const std::string&) {}),
    m_locks(session.loop(), IN_ATTRIB,
            [this](const std::vector<int>& files) {
              for (const auto& [job, worked] : m_jobs) {
                if (worked->lock && std::ranges::find(files, *worked->lock) != files.end()) {
                  look_for_end(job);
                }
              }
            }),
    m_database(session.loop(), state_folder())
{
}

Worker::~Worker() = default;

void Worker::run()
{
  auto& loop = m_session.loop();
  m_watch = loop.watch(m_desk.number(), Events::readable, [this](Events) { read_desk(); });
  m_signals = m_interrupt.watch(loop, [this](StopSignal signal) { on(signal); });
  look_now_and_then();
  loop.run();
  m_session.host().remember();
}

void Worker::read_desk()
{
  std::array<char, 4096> buffer;
  ssize_t size = 0;
  while ((size = ::recv(m_desk.number(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
    m_received.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const bool is_open = size < 0 && (errno == EAGAIN || errno == EINTR);
  for (const auto& job : lines_of(m_received)) {
    take(job);
  }
  if (!is_open) {
    leave_desk();
  }
}

// What is to be done still is done; a desk that still is there starts another worker.
void Worker::leave_desk()
{
  m_watch = Watch();
  m_desk = Descriptor();
  if (m_jobs.empty() && m_claiming == 0) {
    m_session.loop().stop();
  }
}

// Nobody else has to be told than a desk that is still there.
void Worker::tell(std::string_view word, const std::string& job, std::string_view reason)
{
  const auto line = fmt::format("{} {}{}{}\n", word, job, reason.empty() ? "" : " ", reason);
  if (m_desk) {
    static_cast<void>(::send(m_desk.number(), line.data(), line.size(), MSG_NOSIGNAL));
  }
}

void Worker::take(const std::string& job)
{
  tell("heard", job);
  if (m_jobs.contains(job)) {
    tell("begun", job);
    return;
  }
  ++m_claiming;
  m_database.run(
    JobsWork::write,
    [job](JobsDatabase& database) -> Result<std::shared_ptr<Claimed>> {
      LIMN_TRY_ASSIGN(auto lock, JobLock::take(state_folder(), job));
      if (!lock) { // somebody works on it
        return std::shared_ptr<Claimed>();
      }
      LIMN_TRY_ASSIGN(auto claimed, database.claim(job));
      return std::make_shared<Claimed>(Claimed{std::move(*lock), std::move(claimed)});
    },
    [this, job](Result<std::shared_ptr<Claimed>> claim) { claimed(job, std::move(claim)); });
}

void Worker::claimed(const std::string& job, Result<std::shared_ptr<Claimed>> claim)
{
  --m_claiming;
  if (!claim) {
    tell("failed", job, without_line_ends(claim.error().message));
  } else {
    tell("begun", job);
  }
  if (!claim || !*claim || m_is_leaving) { // whoever looks next finds it free
    over(job);
  } else if (!(*claim)->job) {
    (*claim)->lock.remove();
    over(job);
  } else {
    draw(job, std::move(**claim));
  }
}

// As of now: what the user wrote into settings and files meanwhile holds, and what others learnt or
// forgot.
void Worker::renew()
{
  m_settings.look();
  const auto now = m_session.loop().now();
  if (now - m_renewed >= k_gateways_hold) {
    m_renewed = now;
    static_cast<void>(m_session.host().reload()); // faulty ones change nothing
  }
}

void Worker::draw(const std::string& job, Claimed claim)
{
  auto& loop = m_session.loop();
  auto& worked = *(m_jobs[job] = std::make_unique<Worked>(loop, m_database, std::move(claim),
                                                          m_session.redactor()));
  worked.lock = m_locks.add(job_lock_file(state_folder(), job));
  worked.kept.when_over([this, job] { over(job); });
  renew();
  auto order =
    prepare_order(m_session, worked.job, [&worked](const SavedImage& image, std::uint64_t inode) {
      worked.claimed.naming(image, inode);
    });
  if (!order) {
    worked.kept.finish(worked.claimed.claim(), not_begun(std::move(order.error())));
    return;
  }
  worked.order = std::move(*order);
  auto& [options, gateways, sink] = worked.order;
  auto& engine = m_session.host().engine();
  worked.observer.emplace(loop, engine, worked.kept, worked.claimed, options.job,
                          [this, job] { finish(job); });
  worked.id = engine.start({std::move(options.job), gateways, sink.get(), options.engine,
                            &worked.claimed, 1, worked.job.door},
                           *worked.observer);
}

void Worker::finish(const std::string& job)
{
  auto& worked = *m_jobs.at(job);
  worked.id.reset();
  m_session.host().remember(); // whoever hears of the end finds what it has taught, too
  worked.kept.finish(worked.claimed.claim(), *worked.observer->outcome());
}

// Not from within what it ends.
void Worker::over(const std::string& job)
{
  m_session.loop().post([this, job] {
    if (const auto worked = m_jobs.extract(job); !worked.empty()) {
      clear_away(worked.mapped()->job);
    }
    tell("over", job);
    if (!m_jobs.empty() || m_claiming > 0) {
      return;
    }
    forget_old_previews(state_folder()); // those of workers that were killed
    forget_old_inputs(state_folder());
    if (!m_desk) {
      m_session.loop().stop();
    }
  });
}

// Whether nobody who asked wants it any more. What is sent goes on: whoever asks for it again gets
// what was paid for.
void Worker::look_for_end(const std::string& job)
{
  const auto found = m_jobs.find(job);
  if (found == m_jobs.end() || !found->second->id || found->second->kept.is_sent()) {
    return;
  }
  m_database.run(
    JobsWork::look, [job](JobsDatabase& database) { return database.job(job); },
    [this, job](const Result<std::optional<KeptJob>>& seen) {
      const auto worked = m_jobs.find(job);
      if (seen && *seen && (*seen)->is_to_end && worked != m_jobs.end() && worked->second->id
          && !worked->second->kept.is_sent()) {
        m_session.host().engine().cancel(*worked->second->id);
      }
    });
}

void Worker::look_now_and_then()
{
  m_tick = m_session.loop().after(k_end_look, [this] {
    for (const auto& [job, worked] : m_jobs) {
      look_for_end(job);
    }
    look_now_and_then();
  });
}

// It takes nothing new.
void Worker::on(StopSignal signal)
{
  m_is_leaving = true;
  leave_desk();
  signal == StopSignal::interrupt ? m_session.host().engine().cancel(JobsToCancel::all)
                                  : m_leave.on(signal);
}

void refuse_jobs(Descriptor desk, const Redactor& redactor, const Failure& failure)
{
  constexpr std::chrono::seconds k_patience{5};
  std::array<char, 4096> buffer;
  std::string received;
  // Whoever started us says for which job at once.
  ssize_t size = ::recv(desk.number(), buffer.data(), buffer.size(), 0);
  while (size > 0) {
    received.append(buffer.data(), static_cast<std::size_t>(size));
    size = ::recv(desk.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  }
  auto database = JobsDatabase::open(state_folder(), k_patience);
  for (const auto& id : lines_of(received)) {
    const auto outcome = not_begun(failure);
    const auto refused = [&]() -> Done {
      if (!database) {
        return fail(database.error());
      }
      LIMN_TRY_ASSIGN(const auto lock, JobLock::take(state_folder(), id));
      if (!lock) {
        return {};
      }
      LIMN_TRY_ASSIGN(const auto job, database->claim(id));
      if (job) {
        clear_away(*job);
        LIMN_TRY(database->finish({job->id, job->fence}, state_of(outcome), outcome.cost,
                                  redactor.redact_json(report_of(outcome)), {}));
      }
      lock->remove();
      lock->wake();
      return {};
    }();
    const auto line =
      refused ? fmt::format("begun {}\nover {}\n", id, id)
              : fmt::format("failed {} {}\n", id, without_line_ends(refused.error().message));
    static_cast<void>(::send(desk.number(), line.data(), line.size(), MSG_NOSIGNAL));
  }
}

} // namespace limn
