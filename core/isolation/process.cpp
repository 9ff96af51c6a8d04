#include "isolation/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace limn {

namespace {

constexpr int k_time_to_end_ms = 1000;
constexpr std::size_t k_most_words = 4096;

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

Failure not_started(std::string_view what, int error)
{
  return {FailureClass::internal, fmt::format("it cannot be given a process of its own: {}: {}",
                                              what, std::strerror(error))};
}

// Signals that limn ignores are not to be ignored there, and none is to be held back.
void set_up(posix_spawnattr_t& attributes)
{
  sigset_t signals;
  sigfillset(&signals);
  sigdelset(&signals, SIGKILL);
  sigdelset(&signals, SIGSTOP);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
                                            | POSIX_SPAWN_SETPGROUP);
}

int spawn(pid_t& process, const Pair& line, const Pair& words, std::string file)
{
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  // Before the line takes its number, which may be that of the pipe.
  ::posix_spawn_file_actions_adddup2(&files, words.theirs.number(), STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, line.theirs.number(), k_isolated_descriptor);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  set_up(attributes);
  std::string name = "limn";
  std::string what = k_isolated_argument;
  std::array<char*, 4> arguments{name.data(), what.data(), file.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  const int error = ::posix_spawn(&process, "/proc/self/exe", &files, &attributes, arguments.data(),
                                  environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

// Whether it ends by itself within the time that the end of a process takes.
bool ends_by_itself(pid_t process, int& status)
{
  for (int time = 0; time < k_time_to_end_ms; ++time) {
    if (::waitpid(process, &status, WNOHANG) == process) {
      return true;
    }
    ::poll(nullptr, 0, 1);
  }
  return false;
}

} // namespace

Result<std::unique_ptr<IsolatedProcess>> IsolatedProcess::start(const std::filesystem::path& file)
{
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(not_started("socketpair", errno));
  }
  Pair line{Descriptor(ends[0]), Descriptor(ends[1])};
  // What does not fit into the pipe is lost, and holds nobody up.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return fail(not_started("pipe", errno));
  }
  Pair words{Descriptor(ends[0]), Descriptor(ends[1])};
  pid_t process = 0;
  if (const int error = spawn(process, line, words, file.string()); error != 0) {
    return fail(not_started("/proc/self/exe", error));
  }
  return std::unique_ptr<IsolatedProcess>(
    new IsolatedProcess(process, std::move(line.ours), std::move(words.ours)));
}

IsolatedProcess::IsolatedProcess(pid_t process, Descriptor line, Descriptor words)
  : m_process(process), m_channel(std::move(line)), m_words(std::move(words))
{
}

IsolatedProcess::~IsolatedProcess()
{
  kill();
}

void IsolatedProcess::kill()
{
  if (m_process == 0) {
    return;
  }
  ::kill(m_process, SIGKILL);
  while (::waitpid(m_process, nullptr, 0) < 0 && errno == EINTR) {
  }
  m_process = 0;
}

std::string IsolatedProcess::how_it_ended()
{
  int status = 0;
  if (m_process == 0 || !ends_by_itself(m_process, status)) {
    kill();
    return "closed its line to limn";
  }
  m_process = 0;
  if (WIFEXITED(status)) {
    return fmt::format("exited with status {}", WEXITSTATUS(status));
  }
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return fmt::format("ended with signal {}{}", WTERMSIG(status),
                     name ? fmt::format(" (SIG{})", name) : "");
}

std::string IsolatedProcess::last_words() const
{
  std::string words(k_most_words, '\0');
  const auto size = ::read(m_words.number(), words.data(), words.size());
  words.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return words;
}

} // namespace limn
