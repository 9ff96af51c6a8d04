#include "queue/witness.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

namespace limn {

namespace {

constexpr std::chrono::minutes k_look_every{1};
constexpr std::chrono::seconds k_tell_again{1};

// Of one that cannot be locked nothing is known.
std::optional<LeftJournal> left_journal(const std::filesystem::path& path)
{
  auto file = LinesFile::open(path);
  if (!file) {
    return std::nullopt;
  }
  const auto lock = file->lock();
  if (!lock || *lock == LinesFile::Lock::taken || !file->is_in_place()) {
    return std::nullopt;
  }
  LeftJournal journal{std::move(*file), {}};
  for (auto& job : read_work_journal(path)) {
    if (auto end = end_without_worker(job)) {
      journal.jobs.emplace_back(std::move(job), std::move(*end));
    }
  }
  return journal;
}

// What people hear of it, who are told nothing of what the queue knows anyway; empty: nothing.
std::string sentence_of(std::string_view verdict, const WitnessedJob& job, const QueuedEnd& end)
{
  if (verdict == "kept") {
    return fmt::format("job {}: a worker that is gone had asked for it: {}", job.id,
                       to_string(end.state));
  }
  if (verdict == "twice") {
    return fmt::format("job {}: a worker of this machine had asked for it, which the queue did not "
                       "know, and another one did so again: it may be paid for twice",
                       job.id);
  }
  return {};
}

} // namespace

std::vector<LeftJournal> left_journals(const std::filesystem::path& folder)
{
  std::vector<LeftJournal> journals;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".jsonl") {
      if (auto journal = left_journal(entry->path())) {
        journals.push_back(std::move(*journal));
      }
    }
  }
  return journals;
}

struct Witness::Looked {
  std::vector<LeftJournal> journals;
  std::size_t journal = 0; // that is told, and which of its jobs
  std::size_t job = 0;
  bool is_unclear = false; // the queue does not know all of that journal
  bool has_failed = false; // it could not be told of something
};

Witness::Witness(Loop& loop, PgLine& line, std::filesystem::path folder,
                 std::function<void(const std::string&)> say)
  : m_loop(loop), m_line(line), m_folder(std::move(folder)), m_say(std::move(say)), m_disk(loop)
{
}

void Witness::begin(std::function<void()> told)
{
  m_told = std::move(told);
  look();
}

void Witness::look()
{
  m_disk.run([folder = m_folder] { return left_journals(folder); },
             [this](std::vector<LeftJournal> journals) {
               auto looked = std::make_shared<Looked>();
               looked->journals = std::move(journals);
               tell(looked);
             });
}

// One after the other.
void Witness::tell(const std::shared_ptr<Looked>& looked)
{
  while (looked->journal < looked->journals.size()
         && looked->job == looked->journals[looked->journal].jobs.size()) {
    if (!std::exchange(looked->is_unclear, false)) {
      ::unlink(looked->journals[looked->journal].file.path().c_str());
    }
    looked->job = 0;
    ++looked->journal;
  }
  if (looked->journal == looked->journals.size()) {
    end(*looked);
    return;
  }
  auto& journal = looked->journals[looked->journal];
  const auto& [job, how] = journal.jobs[looked->job++];
  m_line.run(
    witness_statement(job, how), [this, looked, &job = job, &how = how,
                                  alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (alive.expired()) {
        return;
      }
      const auto verdict = rows && !rows->rows.empty() ? rows->text(0, 0) : "";
      looked->has_failed = // one of another version tells who claims
        looked->has_failed || (!rows && rows.error().failure_class != FailureClass::settings);
      looked->is_unclear =
        looked->is_unclear || verdict.empty() || verdict == "busy" || verdict == "absent";
      if (const auto sentence = sentence_of(verdict, job, how); !sentence.empty()) {
        m_say(sentence);
      }
      tell(looked);
    });
}

void Witness::end(const Looked& looked)
{
  if (looked.has_failed) {
    look_after(k_tell_again);
    return;
  }
  look_after(k_look_every);
  if (const auto told = std::exchange(m_told, {})) {
    told();
  }
}

void Witness::look_after(std::chrono::milliseconds time)
{
  m_again = m_loop.after(time, [this] { look(); });
}

} // namespace limn
