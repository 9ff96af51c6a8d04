#pragma once

#include "base/redaction.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "memory/history_writer.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace limn {

// Tells the history what becomes of requests that may cost money, from a thread of its own: no image
// waits for it longer than HistoryWriter::patience. All notes pass the redactor. From the loop.
class Chronicle
{
public:
  // `keep`: how long entries are kept; none: for ever. The rest is borrowed.
  Chronicle(Loop& loop, std::filesystem::path folder, std::optional<std::chrono::seconds> keep,
            const Redactor& redactor, Log& log);

  void note(HistoryNote note);

  // `noted` is called from the loop once all notes so far are in the history, or lie beside it.
  void when_noted(std::function<void()> noted);

  // Whether some are not yet.
  bool is_behind() const { return m_behind.load() > 0; }

  // Does what nobody needs to wait for.
  void tidy();

  // Of requests like this one: gateway, model, size and quality. `told` is called from the loop.
  void usual_time(PastAttempt alike, std::function<void(UsualTime)> told);

private:
  void write_notes(); // in the thread
  PastAttempt redacted(PastAttempt attempt) const;
  PastImage redacted(PastImage image) const;

  std::optional<std::chrono::seconds> m_keep;
  const Redactor& m_redactor;
  HistoryWriter m_writer; // of the thread
  std::mutex m_mutex;
  std::vector<HistoryNote> m_notes; // under the mutex: given, and not taken up
  std::atomic<std::size_t> m_behind = 0;
  DiskThread m_thread; // the last member: what it was given is done before the others go
};

} // namespace limn
