#pragma once

#include "memory/jobs_database.hpp"

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace limn {

// FailureClass::usage.
Failure no_such_job(const std::string& id);

// jobs.db as a desk has it: opened when it is first needed, and again where that failed or another
// file has its name. For the disk thread, but for close().
class DeskStore
{
public:
  explicit DeskStore(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  // From any thread: nobody waits any more. From then on only end() writes, until it fails once.
  void close() { m_is_closing = true; }

  // Until the next call.
  Result<JobsDatabase*> open();

  // FailureClass::usage if there is none of that id.
  Result<KeptJob> job(const std::string& id);

  // As JobsDatabase::end has it.
  Done end(const std::string& id);

private:
  Result<JobsDatabase*> open_anyway();

  std::filesystem::path m_folder;
  std::optional<JobsDatabase> m_database;
  std::pair<dev_t, ino_t> m_number; // of its file
  std::atomic<bool> m_is_closing = false;
  bool m_is_hopeless = false;
};

} // namespace limn
