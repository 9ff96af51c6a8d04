#include "work/worker.hpp"

#include "engine/kept_jobs.hpp"
#include "job/envelope.hpp"
#include "job/interrupt.hpp"
#include "job/job_check.hpp"
#include "job/job_output.hpp"
#include "job/leave.hpp"
#include "job/paths.hpp"
#include "output/file_sink.hpp"
#include "work/previews.hpp"
#include "work/work_observer.hpp"
#include "work/work_order.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace limn {

namespace {

// Another process writes for a few milliseconds at most.
constexpr std::chrono::seconds k_patience{5};

constexpr std::chrono::seconds k_without_inotify{1};

std::string report_of(const JobOutcome& outcome)
{
  JsonWriter json;
  write_envelope(json, outcome);
  return json.str();
}

// Who started us waits for the end of it.
void close_report()
{
  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(null.number(), STDOUT_FILENO);
}

// Tells when nobody who asked wants it any more.
class EndWatch
{
public:
  EndWatch(Loop& loop, JobsDatabase& database, std::string job, std::function<void()> unwanted)
    : m_loop(loop), m_database(database), m_job(std::move(job)), m_unwanted(std::move(unwanted)),
      m_file(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
  {
    const bool is_watched =
      m_file
      && ::inotify_add_watch(m_file.number(), job_lock_file(state_folder(), m_job).c_str(),
                             IN_MODIFY)
           >= 0;
    if (is_watched) {
      m_watch = loop.watch(m_file.number(), Events::readable, [this](Events) {
        std::array<char, 4096> events;
        while (::read(m_file.number(), events.data(), events.size()) > 0) {
        }
        look();
      });
    } else {
      look_now_and_then();
    }
  }

private:
  void look()
  {
    const auto kept = m_database.job(m_job);
    if (kept && *kept && (*kept)->is_to_end) {
      m_unwanted();
    }
  }

  void look_now_and_then()
  {
    m_tick = m_loop.after(k_without_inotify, [this] {
      look();
      look_now_and_then();
    });
  }

  Loop& m_loop;
  JobsDatabase& m_database;
  std::string m_job;
  std::function<void()> m_unwanted;
  Descriptor m_file;
  Watch m_watch;
  Timer m_tick;
};

// `limn serve` speaks no TLS: one behind an encrypted address is behind somebody else.
void tell_hops(std::vector<Gateway>& gateways, int hops)
{
  for (auto& gateway : gateways) {
    if (hops > 0 && gateway.base_url.starts_with("http://")) {
      gateway.headers.emplace_back(k_hops_header, std::to_string(hops));
    }
  }
}

struct Prepared {
  GenerateOptions options;
  std::vector<Gateway> gateways;
  std::unique_ptr<ImageSink> sink;
};

// What was looked at when it was asked for may have changed since.
Result<Prepared> prepare(Session& session, const KeptJob& job, Naming naming)
{
  LIMN_TRY_ASSIGN(auto order, work_order_from(job.order));
  for (auto& input : order.job.inputs) {
    LIMN_TRY_ASSIGN(const auto file, file_within(order.places, input));
    input = file.string();
  }
  if (!order.job.mask.empty()) {
    LIMN_TRY_ASSIGN(const auto mask, file_within(order.places, order.job.mask));
    order.job.mask = mask.string();
  }
  const std::filesystem::path output = order.job.output;
  LIMN_TRY_ASSIGN(const auto folder,
                  folder_within(order.places, output.empty() ? order.job.directory
                                                             : output.parent_path().string()));
  std::vector<Failure> mistakes;
  Prepared prepared;
  prepared.options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  prepared.options.job.partial_images = order.previews;
  LIMN_TRY_ASSIGN(prepared.gateways, session.host().gateways(prepared.options.gateways));
  LIMN_TRY(check_job(session, prepared.options, prepared.gateways));
  tell_hops(prepared.gateways, order.hops);
  // A name is that of a new file here, whatever stands there: no folder, pipe or device is meant.
  const SinkOptions sink{session.settings().output_name, recovered_folder(), ImageDigest::sha256};
  if (output.empty()) {
    prepared.sink = std::make_unique<FolderSink>(folder, sink, std::move(naming));
  } else {
    prepared.sink =
      std::make_unique<FileSink>(folder, output.filename().string(), sink, std::move(naming));
  }
  LIMN_TRY(prepared.sink->check_writable());
  return prepared;
}

JobOutcome not_begun(Failure failure)
{
  JobOutcome outcome;
  outcome.failure = std::move(failure);
  return outcome;
}

void draw(Session& session, JobsDatabase& database, KeptJobs& kept, const KeptJob& job)
{
  ClaimedJob claimed(kept, kept.claim());
  auto prepared = prepare(session, job, [&](const SavedImage& image, std::uint64_t inode) {
    claimed.naming(image, inode);
  });
  if (!prepared) {
    kept.finish(claimed.claim(), not_begun(std::move(prepared.error())));
    return;
  }
  auto& loop = session.loop();
  auto& engine = session.host().engine();
  const InterruptPipe interrupt(Leaving::after_what_is_charged);
  WorkObserver observer(loop, engine, kept, claimed, prepared->options.job, [&] { loop.stop(); });
  Leave leave(
    loop, engine, [&] { return observer.outcome().has_value(); },
    [&](const std::string& text) { observer.noticed(text); });
  const auto signals = interrupt.watch(loop, [&](StopSignal signal) {
    signal == StopSignal::interrupt ? engine.cancel(JobsToCancel::all) : leave.on(signal);
  });
  const EndWatch end(loop, database, job.id, [&] { engine.cancel(JobsToCancel::uncharged); });
  engine.start({std::move(prepared->options.job), prepared->gateways, prepared->sink.get(),
                prepared->options.engine, &claimed, 1, job.door},
               observer);
  loop.run();
  kept.finish(claimed.claim(), *observer.outcome());
  forget_previews(state_folder(), job.id);
  forget_old_previews(state_folder());
  session.host().remember();
}

} // namespace

Done work_on(const std::string& id, const Redactor& redactor,
             const std::function<Result<std::unique_ptr<Session>>()>& open)
{
  LIMN_TRY_ASSIGN(auto database, JobsDatabase::open(state_folder(), k_patience));
  LIMN_TRY_ASSIGN(auto lock, JobLock::take(state_folder(), id));
  if (!lock) {
    return {}; // somebody works on it
  }
  LIMN_TRY_ASSIGN(const auto job, database.claim(id));
  close_report();
  if (!job) { // it is over
    lock->remove();
    return {};
  }
  KeptJobs kept(database, std::move(*lock), *job, redactor, report_of);
  auto session = open();
  if (!session) {
    kept.finish(kept.claim(), not_begun(std::move(session.error())));
    return {};
  }
  draw(**session, database, kept, *job);
  return {};
}

} // namespace limn
