#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace limn {

// Where the files of the jobs lie that somebody works on: FOLDER/jobs/ID.
std::filesystem::path job_lock_file(const std::filesystem::path& folder, std::string_view id);

struct NamedImage {
  std::filesystem::path path;
  std::uint64_t inode = 0; // of the file that was to get it
};

// Only one process at a time works on a job. The lock ends with this, or with its process, however
// it ends. Whoever waits for the job watches the file (inotify): it is written to whenever
// something should be looked at, by whoever works on the job and by who does not want it any more,
// and closed when its process is gone.
class JobLock
{
public:
  // Nothing if another process has it. The file is made if needed.
  static Result<std::optional<JobLock>> take(const std::filesystem::path& folder,
                                             std::string_view id);

  enum class State {
    free,
    taken,
    unclear, // it cannot be looked at: nothing follows from that
  };

  // Whether some process has it now. Where there is no file it is free once the process that had it
  // last (process_mark.hpp; empty: none did) is gone.
  static State state(const std::filesystem::path& folder, std::string_view id,
                     std::string_view process);

  // Wakes those who watch the file (IN_ATTRIB), if there is one.
  static void wake(const std::filesystem::path& folder, std::string_view id);

  // The same for its owner.
  void wake() const;

  // An image is about to get this name. Whoever finds the file without its owner knows then, by the
  // number, whether it got it: what the owner was about to say in jobs.db it may not have said.
  void name(const NamedImage& image) const;

  // Those that were named in the file, in order; none where there is no such file.
  static std::vector<NamedImage> named(const std::filesystem::path& folder, std::string_view id);

  // The job is over: nobody needs its file any more.
  void remove() const;

private:
  JobLock(Descriptor file, std::filesystem::path path)
    : m_file(std::move(file)), m_path(std::move(path))
  {
  }

  Descriptor m_file;
  std::filesystem::path m_path;
};

} // namespace limn
