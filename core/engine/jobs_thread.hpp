#pragma once

#include "base/result.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "memory/jobs_database.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace limn {

// What is done to jobs.db.
enum class JobsWork {
  look,          // changes nothing, as a rule
  write,         // is told as soon as other processes see it
  write_to_disk, // is told once it survives a power cut
  last_word,     // as write, and is done also where nobody waits any more
};

// jobs.db on a thread of its own: the loop goes on meanwhile. What is asked for while it is busy is
// done in one transaction, in order, so that many wait for the disk once. The database is opened
// when it is first needed, and again where that failed or another file has its name.
class JobsThread
{
public:
  // The loop is borrowed. The database lies in that folder.
  JobsThread(Loop& loop, std::filesystem::path folder);

  // What was asked for and is not begun is given up, but for last words, until one of them fails.
  ~JobsThread();
  JobsThread(const JobsThread&) = delete;
  JobsThread& operator=(const JobsThread&) = delete;

  // `work` is called in the thread with a JobsDatabase& and returns a Result, whose failure takes
  // back what it did; `told` from the loop with that, later, or with why it could not be done.
  template <typename Work, typename Told>
  void run(JobsWork kind, Work work, Told told);

private:
  struct Item {
    JobsWork kind;
    std::function<Done(JobsDatabase&)> work;
    std::function<void(Done)> told;
  };
  class Store;

  void add(Item item);
  void begin();

  std::shared_ptr<Store> m_store; // of the thread
  std::vector<Item> m_items;      // to be begun together
  bool m_is_busy = false;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told looks here first
  DiskThread m_disk;
};

// --- Inline implementations ---

template <typename Work, typename Told>
void JobsThread::run(JobsWork kind, Work work, Told told)
{
  using Returned = std::invoke_result_t<Work&, JobsDatabase&>;
  auto outcome = std::make_shared<std::optional<Returned>>();
  add({kind,
       [outcome, work = std::move(work)](JobsDatabase& database) mutable -> Done {
         outcome->emplace(work(database));
         return outcome->value() ? Done() : Done(fail(outcome->value().error()));
       },
       [outcome, told = std::move(told)](Done done) mutable {
         if (done) {
           told(std::move(outcome->value()));
         } else {
           told(Returned(fail(std::move(done.error()))));
         }
       }});
}

} // namespace limn
