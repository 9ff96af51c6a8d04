#pragma once

#include "loop/loop.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace limn {

// Does what may have to wait for a disk (a full one, a slow one, one of the network; a lock of
// another process) while the loop goes on: in the order in which it was given, one after the other.
// The thread begins with the first of it; who gives nothing has none. It takes no signals. Where
// the system has no thread left the loop waits.
class DiskThread
{
public:
  // The loop is borrowed.
  explicit DiskThread(Loop& loop) : m_loop(loop) {}

  // All that was given is done first. What had not been told by then never is.
  virtual ~DiskThread();
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  // `work` is called in the thread, and touches nothing that another thread does; then `told` from
  // the loop, with what `work` returned, which is not void. Both are destroyed with it. From the
  // loop.
  template <typename Work, typename Told>
  void run(Work work, Told told);

  // The same, with nothing to tell.
  void run(std::function<void()> work) { give(std::move(work)); }

protected:
  // Calls it once, later or now, in its turn. Tests do so at once: what is told is posted all the
  // same.
  virtual void give(std::function<void()> work);

private:
  bool begin();
  void serve();

  Loop& m_loop;
  std::thread m_thread;
  std::mutex m_mutex;
  std::condition_variable m_is_given;
  std::deque<std::function<void()>> m_given;                // under the mutex
  bool m_is_ending = false;                                 // under the mutex
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told looks here first
};

// --- Inline implementations ---

template <typename Work, typename Told>
void DiskThread::run(Work work, Told told)
{
  struct Task {
    Work work;
    Told told;
    std::optional<std::invoke_result_t<Work&>> result;
  };
  auto task = std::make_shared<Task>(Task{std::move(work), std::move(told), std::nullopt});
  // The loop has the last word on the task, since what is told belongs to its thread.
  give([&loop = m_loop, alive = std::weak_ptr(m_alive), task = std::move(task)]() mutable {
    task->result.emplace(task->work());
    loop.post([alive = std::move(alive), task = std::move(task)] {
      if (!alive.expired()) {
        task->told(std::move(*task->result));
      }
    });
  });
}

} // namespace limn
