#pragma once

#include "base/redaction.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "memory/history.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
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
  bool is_behind() const { return m_behind.load() > 0; }

  // Does what nobody needs to wait for, in a thread of its own.
  void tidy();

  // Of requests like this one: gateway, model, size and quality. `told` is called from the loop.
  void usual_time(PastAttempt alike, std::function<void(UsualTime)> told);

private:
  void write_notes();                                        // in the disk's thread
  void take_lines(std::optional<std::chrono::seconds> keep); // in ours
  UsualTime looked_up(const PastAttempt& alike) const;
  void warn(const Failure& failure);
  PastAttempt redacted(PastAttempt attempt) const;
  PastImage redacted(PastImage image) const;

  DiskThread& m_disk;
  std::filesystem::path m_folder;
  std::optional<std::chrono::seconds> m_keep;
  const Redactor& m_redactor;
  Log& m_log;
  std::mutex m_mutex;
  std::vector<HistoryNote> m_notes; // under the mutex: given, and not taken up
  std::atomic<std::size_t> m_behind = 0;
  std::atomic<std::uint64_t> m_lines_size = 0; // as it was last seen
  std::atomic<bool> m_has_warned = false;
  DiskThread m_thread; // the last member: what it was given is done before the others go
};

} // namespace limn
