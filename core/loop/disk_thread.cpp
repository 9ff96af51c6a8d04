#include "loop/disk_thread.hpp"

#include <pthread.h>

#include <csignal>
#include <system_error>

namespace limn {

DiskThread::~DiskThread()
{
  if (!m_thread.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(m_mutex);
    m_is_ending = true;
  }
  m_is_given.notify_one();
  m_thread.join();
}

void DiskThread::give(std::function<void()> work)
{
  {
    const std::lock_guard lock(m_mutex);
    m_given.push_back(std::move(work));
  }
  if (m_thread.joinable() || begin()) {
    m_is_given.notify_one();
    return;
  }
  const auto here = std::move(m_given.front());
  m_given.pop_front();
  here();
}

// False if there is none to be had. A thread begins with those signals blocked that are so where it
// is made: their handlers belong to the loop's.
bool DiskThread::begin()
{
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    m_thread = std::thread([this] { serve(); });
  } catch (const std::system_error&) { // there is none then
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return m_thread.joinable();
}

void DiskThread::serve()
{
  std::unique_lock lock(m_mutex);
  while (true) {
    m_is_given.wait(lock, [this] { return m_is_ending || !m_given.empty(); });
    if (m_given.empty()) {
      return;
    }
    const auto work = std::move(m_given.front());
    m_given.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

} // namespace limn
