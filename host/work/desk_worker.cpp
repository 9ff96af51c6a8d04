#include "work/desk_worker.hpp"

#include "work/worker_process.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace limn {

namespace {

// An agent that looks at a picture before it asks for the next one finds the worker still there.
constexpr std::chrono::seconds k_kept_idle{30};

// It hears within a millisecond, on a machine that is busy within a second.
constexpr std::chrono::seconds k_hears_within{3};
constexpr std::chrono::seconds k_starts_within{20};

} // namespace

DeskWorker::DeskWorker(Loop& loop, GlobalOptions options, Told told)
  : m_loop(loop), m_options(std::move(options)), m_told(std::move(told))
{
}

Done DeskWorker::give(const std::string& job)
{
  LIMN_TRY(start());
  m_idle.cancel();
  m_given.insert(job);
  send(job);
  return {};
}

Done DeskWorker::start()
{
  if (!m_socket) {
    LIMN_TRY_ASSIGN(m_socket, start_worker(m_options));
    m_watch = m_loop.watch(m_socket.number(), Events::readable, [this](Events events) {
      if (has(events, Events::writable)) {
        write();
      }
      if (events != Events::writable) {
        read();
      }
    });
  }
  return {};
}

void DeskWorker::send(const std::string& job)
{
  if (m_unheard.empty()) {
    m_hearing =
      m_loop.after(m_has_spoken ? k_hears_within : k_starts_within, [this] { replace_deaf(); });
  }
  m_unheard.insert(job);
  m_outgoing += job + "\n";
  write();
}

// A socket takes some hundred lines unread.
void DeskWorker::write()
{
  while (!m_outgoing.empty()) {
    const auto size =
      ::send(m_socket.number(), m_outgoing.data(), m_outgoing.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size <= 0) { // of one that is gone the end is read
      break;
    }
    m_outgoing.erase(0, static_cast<std::size_t>(size));
  }
  m_watch.change(m_outgoing.empty() ? Events::readable : Events::both);
}

// What it did not hear it may hear later: only one of the two can claim a job.
void DeskWorker::replace_deaf()
{
  const auto unheard = std::exchange(m_unheard, {});
  leave();
  for (const auto& job : unheard) {
    if (!start()) {
      return gone();
    }
    send(job);
  }
  // What it was about to claim it does not tell any more.
  std::erase_if(m_given, [&](const std::string& job) { return unheard.contains(job); });
  for (const auto& job : std::exchange(m_given, unheard)) {
    m_told(job, JobStart::lost, "");
  }
}

void DeskWorker::read()
{
  std::array<char, 4096> buffer;
  ssize_t size = 0;
  while ((size = ::recv(m_socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
    m_received.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const bool is_open = size < 0 && (errno == EAGAIN || errno == EINTR);
  while (true) {
    const auto end = m_received.find('\n');
    if (end == std::string::npos) {
      break;
    }
    const auto line = m_received.substr(0, end);
    m_received.erase(0, end + 1);
    hear(line);
  }
  if (!is_open) {
    gone();
  }
}

// "heard JOB", "begun JOB", "failed JOB REASON", "over JOB"
void DeskWorker::hear(std::string_view line)
{
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  const std::string job(line.substr(0, line.find(' ')));
  const std::string reason(line.substr(std::min(line.size(), job.size() + 1)));
  m_has_spoken = true;
  if (m_unheard.erase(job) > 0 && m_unheard.empty()) {
    m_hearing.cancel();
  }
  if (word == "heard") {
    return;
  }
  if (word == "over") {
    m_begun.erase(job);
  } else if (word == "begun") {
    m_begun.insert(job);
  }
  wait_for_the_next();
  if (m_given.erase(job) > 0) {
    m_told(job, word == "failed" ? JobStart::refused : JobStart::begun, reason);
    wait_for_the_next();
  }
}

// It ends by itself once we have gone, and its jobs are over.
void DeskWorker::wait_for_the_next()
{
  if (!m_given.empty() || !m_begun.empty()) {
    return;
  }
  m_idle = m_loop.after(k_kept_idle, [this] { leave(); });
}

void DeskWorker::leave()
{
  m_watch = Watch();
  m_outgoing.clear();
  m_has_spoken = false;
  m_socket = Descriptor();
  m_received.clear();
  m_begun.clear();
  m_idle.cancel();
}

void DeskWorker::gone()
{
  leave();
  m_unheard.clear();
  m_hearing.cancel();
  for (const auto& job : std::exchange(m_given, {})) {
    m_told(job, JobStart::lost, "");
  }
}

} // namespace limn
