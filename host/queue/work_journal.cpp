#include "queue/work_journal.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "memory/rate_record.hpp"
#include "output/folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <utility>

namespace limn {

namespace {

// New jobs begin in another file behind that.
constexpr std::uint64_t k_longest_part = 1 << 20;

// What is told of one job, for a disk that runs full meanwhile.
constexpr std::uint64_t k_room_for_a_job = 64 * 1024;

constexpr int k_tries = 3;

std::string event_line(
  std::string_view event, std::int64_t job,
  const std::function<void(JsonWriter&)>& write_more = [](JsonWriter&) {})
{
  JsonWriter json;
  json.begin_object();
  json.member("event", event);
  json.member("job", std::to_string(job));
  write_more(json);
  json.end_object();
  return json.str();
}

std::string announcement_line(std::string_view event, const WitnessedJob& job)
{
  return event_line(event, job.id, [&job](JsonWriter& json) {
    json.member("fingerprint", job.fingerprint);
    json.member("fence", std::int64_t{job.fence});
    json.member("attempt", static_cast<std::int64_t>(job.attempt));
    json.member("gateway", job.gateway);
    json.member("provider", job.provider);
    json.member("model", job.model);
    json.member("n", std::int64_t{job.wanted});
    if (job.estimate) {
      json.member("estimate", *job.estimate);
    }
  });
}

std::string first_line_of(const std::string& worker)
{
  JsonWriter json;
  json.begin_object();
  json.member("worker", worker);
  json.member("boot", rate_time_now().boot);
  json.end_object();
  return json.str();
}

} // namespace

struct WorkJournal::Part {
  LinesFile file;
  std::uint64_t begin = 0;       // behind its first line
  std::set<std::int64_t> jobs;   // that began in it and are not over
  bool is_broken = false;        // what a disk refused once it may forget, and not say so again
  bool is_in_its_folder = false; // on the disk; the disk thread's
};

std::filesystem::path work_journals(const std::filesystem::path& state_folder,
                                    const std::string& identity)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(identity)));
  constexpr std::size_t k_digits = 32;
  return state_folder / "queues" / digest.hex().substr(0, k_digits);
}

WorkJournal::WorkJournal(Loop& loop, std::filesystem::path folder, std::string worker)
  : m_folder(std::move(folder)), m_worker(std::move(worker)), m_disk(loop)
{
}

WorkJournal::~WorkJournal()
{
  if (m_last && m_last->jobs.empty()) {
    ::unlink(m_last->file.path().c_str());
  }
}

Result<std::shared_ptr<WorkJournal::Part>> WorkJournal::begin_part()
{
  LIMN_TRY(make_private_folder(m_folder));
  const auto name = m_worker.substr(m_worker.rfind('/') + 1); // no other worker's
  for (int i = 0; i < k_tries; ++i) {
    LIMN_TRY_ASSIGN(auto file,
                    LinesFile::open(m_folder / fmt::format("{}-{}.jsonl", name, ++m_parts)));
    LIMN_TRY_ASSIGN(const auto lock, file.lock());
    if (lock == LinesFile::Lock::taken || !file.is_in_place()) {
      continue; // somebody took it for one that was left
    }
    LIMN_TRY(file.append(first_line_of(m_worker), ToDisk::when_it_suits));
    const auto begin = file.size();
    return std::make_shared<Part>(Part{std::move(file), begin, {}, false, false});
  }
  return fail(FailureClass::not_saved, fmt::format("cannot keep a file in {}", m_folder.string()));
}

Result<std::shared_ptr<WorkJournal::Part>> WorkJournal::part_for(std::int64_t job)
{
  if (const auto begun = m_begun.find(job); begun != m_begun.end()) {
    if (begun->second->is_broken) {
      return fail(FailureClass::not_saved,
                  fmt::format("{} cannot be kept", begun->second->file.path().string()));
    }
    return begun->second;
  }
  if (!m_last || m_last->is_broken || m_last->file.size() > k_longest_part) {
    LIMN_TRY_ASSIGN(auto part, begin_part());
    if (m_last) {
      drop(std::exchange(m_last, nullptr));
    }
    m_last = std::move(part);
  }
  m_last->jobs.insert(job);
  m_begun[job] = m_last;
  return m_last;
}

void WorkJournal::asked(const WitnessedJob& job, std::function<void(Done)> told)
{
  auto part = part_for(job.id);
  auto written = part ? (*part)->file.reserve(k_room_for_a_job) : Done(fail(part.error()));
  if (written) {
    written = write(job.id, announcement_line(k_asked, job));
  }
  if (!written) {
    m_disk.run([failure = std::move(written.error())] { return failure; },
               [told = std::move(told)](Failure failure) {
                 failure.failure_class = FailureClass::not_saved;
                 told(fail(std::move(failure)));
               });
    return;
  }
  m_waiting.push_back({*part, std::move(told)});
  bring_to_disk();
}

// All that wait meanwhile wait once.
void WorkJournal::bring_to_disk()
{
  if (m_waiting.empty() || std::exchange(m_is_syncing, true)) {
    return;
  }
  auto waiting = std::make_shared<std::vector<Waiting>>(std::exchange(m_waiting, {}));
  m_disk.run(
    [waiting, folder = m_folder] {
      std::map<Part*, Done> done;
      for (const auto& one : *waiting) {
        auto& part = *one.part;
        if (done.contains(&part)) {
          continue;
        }
        done[&part] = part.file.to_disk();
        if (!std::exchange(part.is_in_its_folder, true)) {
          sync_folder(folder);
        }
      }
      return done;
    },
    [this, waiting](std::map<Part*, Done> done) {
      m_is_syncing = false;
      for (const auto& one : *waiting) {
        const auto& result = done[one.part.get()];
        one.part->is_broken = one.part->is_broken || !result;
        one.told(result);
      }
      bring_to_disk();
    });
}

Done WorkJournal::write(std::int64_t job, const std::string& line)
{
  const auto begun = m_begun.find(job);
  return begun == m_begun.end() ? Done() : begun->second->file.append(line, ToDisk::when_it_suits);
}

Done WorkJournal::sent(const WitnessedJob& job)
{
  return write(job.id, announcement_line(k_sent, job));
}

void WorkJournal::settled(std::int64_t job)
{
  static_cast<void>(write(job, event_line(k_settled, job))); // else it stays open
}

void WorkJournal::naming(std::int64_t job, const NamedFile& file)
{
  const auto line = event_line(k_naming, job, [&file](JsonWriter& json) {
    json.key("inode");
    json.decimal(std::to_string(file.inode)); // some file systems use all 64 bits of it
    json.member("image", file.image.json);
  });
  static_cast<void>(write(job, line)); // there is room for it
}

void WorkJournal::ended(std::int64_t job, const QueuedEnd& end)
{
  const auto line = event_line(k_ended, job, [&end](JsonWriter& json) {
    json.member("state", to_string(end.state));
    json.member("images", end.images);
    json.member("cost", end.cost.amount);
    json.member("basis", to_string(end.cost.basis));
    json.optional_member("class", end.failure_class);
    json.optional_member("message", end.failure);
    json.optional_member("report", end.report);
  });
  static_cast<void>(write(job, line)); // else its images tell
}

void WorkJournal::left(std::int64_t job)
{
  static_cast<void>(write(job, event_line(k_left, job))); // else it is told again
  if (auto begun = m_begun.extract(job); !begun.empty()) {
    begun.mapped()->jobs.erase(job);
    drop(begun.mapped());
  }
}

// A file that tells of nothing any more.
void WorkJournal::drop(const std::shared_ptr<Part>& part)
{
  if (!part->jobs.empty()) {
    return;
  }
  if (part == m_last) {
    static_cast<void>(part->file.cut_at(part->begin)); // else it is longer
  } else {
    ::unlink(part->file.path().c_str());
  }
}

} // namespace limn
