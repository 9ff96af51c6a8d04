#pragma once

#include "batch/lines_file.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "queue/postgres/line.hpp"
#include "queue/witnessed.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace limn {

// A journal whose worker is gone. Nobody else reads it while this lives.
struct LeftJournal {
  LinesFile file;
  std::vector<std::pair<WitnessedJob, QueuedEnd>> jobs;
};

// Looks at the files of all their jobs.
std::vector<LeftJournal> left_journals(const std::filesystem::path& folder);

// Tells a queue what the journals of this machine's workers that are gone know, at the begin and
// each minute, and takes away those of which it knows all. On the loop.
class Witness
{
public:
  // Loop and line are borrowed. `say`: what people should hear.
  Witness(Loop& loop, PgLine& line, std::filesystem::path folder,
          std::function<void(const std::string&)> say);

  // `told` once, when the queue has been told for the first time.
  void begin(std::function<void()> told);

private:
  struct Looked; // a look, until all that it found is told

  void look();
  void tell(const std::shared_ptr<Looked>& looked);
  void end(const Looked& looked);
  void look_after(std::chrono::milliseconds time);

  Loop& m_loop;
  PgLine& m_line;
  std::filesystem::path m_folder;
  std::function<void(const std::string&)> m_say;
  std::function<void()> m_told;
  Timer m_again;
  std::shared_ptr<char> m_alive = std::make_shared<char>();
  DiskThread m_disk; // ends first
};

} // namespace limn
