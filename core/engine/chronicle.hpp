#pragma once

#include "base/log.hpp"
#include "base/redaction.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "memory/history.hpp"
#include "memory/history_lines.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace limn {

// Tells the history what becomes of requests that may cost money. What is told is a line beside the
// database, on which nobody waits for another process, and which costs no start of SQLite; who
// looks into the history takes the lines in, and so does `tidy` where there are many. All notes
// pass the redactor. From the loop.
class Chronicle
{
public:
  // `disk` is where images are waited for: a note stands behind those that came before it. All but
  // the folder is borrowed. `log` is told once what should be looked at, from other threads.
  Chronicle(Loop& loop, DiskThread& disk, std::filesystem::path folder, const Redactor& redactor,
            Log& log);

  // How long entries are kept; none, as it begins: for ever.
  void keep(std::optional<std::chrono::seconds> time) { m_keep = time; }

  void note(HistoryNote note);

  // `noted` is called from the loop once all notes so far are written, or could not be.
  void when_noted(std::function<void()> noted);

  // Whether some are not yet.
  bool is_behind() const { return m_lines->behind.load() > 0; }

  // Does what nobody needs to wait for, in a thread of its own.
  void tidy();

  // Of requests like this one: gateway, model, size and quality. `told` is called from the loop.
  void usual_time(PastAttempt alike, std::function<void(UsualTime)> told);

private:
  // What the threads work on: what they were given is done also once the chronicle is gone.
  struct Lines {
    std::filesystem::path folder;
    Log& log;
    std::mutex mutex;
    std::vector<HistoryNote> notes; // under the mutex: given, and not taken up
    std::atomic<std::size_t> behind = 0;
    std::atomic<std::uint64_t> size = 0; // of the file, as it was last seen
    std::atomic<bool> has_warned = false;

    HistoryLines file; // of the disk's thread

    Lines(std::filesystem::path a_folder, Log& a_log)
      : folder(std::move(a_folder)), log(a_log), file(history_lines_file(folder))
    {
    }

    void write();
    void take_in(std::optional<std::chrono::seconds> keep);
    UsualTime look_up(const PastAttempt& alike) const;
    void warn(const Failure& failure);
  };

  PastAttempt redacted(PastAttempt attempt) const;
  PastImage redacted(PastImage image) const;

  DiskThread& m_disk;
  std::optional<std::chrono::seconds> m_keep;
  const Redactor& m_redactor;
  std::shared_ptr<Lines> m_lines;
  DiskThread m_thread;
};

} // namespace limn
