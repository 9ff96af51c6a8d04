#pragma once

#include "batch/lines_file.hpp"
#include "loop/disk_thread.hpp"
#include "queue/witnessed.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Where the journals of a queue's workers lie on this machine. `identity`: the queue's own.
std::filesystem::path work_journals(const std::filesystem::path& state_folder,
                                    const std::string& identity);

// What a worker asked for, on its own machine: the second witness, beside the database, which may
// be failed over to one that lacks what was last written, or restored. JSON lines, in files that
// are locked while this process lives: whoever can lock one reads what a worker left that is gone.
class WorkJournal
{
public:
  static constexpr std::string_view k_asked = "asked";
  static constexpr std::string_view k_sent = "sent";
  static constexpr std::string_view k_settled = "settled";
  static constexpr std::string_view k_naming = "naming";
  static constexpr std::string_view k_ended = "ended";
  static constexpr std::string_view k_left = "left";

  // The loop is borrowed. The folder is made with the first that is written.
  WorkJournal(Loop& loop, std::filesystem::path folder, std::string worker);

  // Takes away what holds nothing any more.
  ~WorkJournal();
  WorkJournal(const WorkJournal&) = delete;
  WorkJournal& operator=(const WorkJournal&) = delete;

  // A request is about to be announced. `told` later, from the loop: with success it survives a
  // power cut, FailureClass::not_saved else.
  void asked(const WitnessedJob& job, std::function<void(Done)> told);

  // It may go out: the queue has it, too. Written when this returns, for whoever finds it after a
  // kill; as are the others.
  Done sent(const WitnessedJob& job);
  // Nothing of the job is open any more.
  void settled(std::int64_t job);
  // An image is about to get that name.
  void naming(std::int64_t job, const NamedFile& file);
  // It ended like that, and the queue will be told.
  void ended(std::int64_t job, const QueuedEnd& end);
  // The queue knows: the job leaves the journal.
  void left(std::int64_t job);

private:
  struct Part; // a file of it
  struct Waiting {
    std::shared_ptr<Part> part;
    std::function<void(Done)> told;
  };

  Result<std::shared_ptr<Part>> part_for(std::int64_t job);
  Result<std::shared_ptr<Part>> begin_part();
  Done write(std::int64_t job, const std::string& line);
  void bring_to_disk();
  void drop(const std::shared_ptr<Part>& part);

  std::filesystem::path m_folder;
  std::string m_worker;
  int m_parts = 0;
  std::shared_ptr<Part> m_last;                          // that new jobs begin in
  std::map<std::int64_t, std::shared_ptr<Part>> m_begun; // by job
  std::vector<Waiting> m_waiting;                        // for the disk
  bool m_is_syncing = false;
  DiskThread m_disk; // ends first
};

} // namespace limn
