#include "work/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

namespace limn {

namespace {

// How it is started, made ready before there is a child: what is ignored here is not ignored there,
// nothing is held back, and nobody who waits for the end of our output waits for a picture.
class SpawnOrder
{
public:
  SpawnOrder(int null, int desk)
  {
    ::posix_spawn_file_actions_init(&m_files);
    ::posix_spawn_file_actions_adddup2(&m_files, desk, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&m_files, null, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&m_files, null, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&m_files, STDERR_FILENO + 1); // a host's, too
    ::posix_spawnattr_init(&m_attributes);
    sigset_t signals;
    ::sigfillset(&signals);
    ::sigdelset(&signals, SIGKILL);
    ::sigdelset(&signals, SIGSTOP);
    ::posix_spawnattr_setsigdefault(&m_attributes, &signals);
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&m_attributes, &signals);
    ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  SpawnOrder(const SpawnOrder&) = delete;
  SpawnOrder& operator=(const SpawnOrder&) = delete;
  ~SpawnOrder()
  {
    ::posix_spawnattr_destroy(&m_attributes);
    ::posix_spawn_file_actions_destroy(&m_files);
  }

  // As limn, by the file that this process runs.
  int spawn(char* const* arguments) const
  {
    pid_t worker = 0;
    return ::posix_spawn(&worker, "/proc/self/exe", &m_files, &m_attributes, arguments, environ);
  }

private:
  posix_spawn_file_actions_t m_files;
  posix_spawnattr_t m_attributes;
};

// In a child that has our memory until it ends: vfork, since it takes no time that grows with ours.
// Its own child is nobody's then: init takes it over.
[[noreturn]] void spawn_and_leave(const SpawnOrder& order, char* const* arguments)
{
  ::setsid();
  ::_exit(order.spawn(arguments));
}

} // namespace

Result<Descriptor> start_worker(const GlobalOptions& options)
{
  const auto failed = [](std::string_view what) {
    return fail(
      FailureClass::cancelled,
      fmt::format("no process could be started to draw in: {}: {}", what, std::strerror(errno)),
      "nothing was asked for; ask again with the same arguments");
  };
  std::vector<std::string> words{"limn"};
  std::ranges::move(words_of(options), std::back_inserter(words));
  words.emplace_back(k_work_command);
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return failed("socketpair");
  }
  Descriptor ours(ends[0]);
  const Descriptor desk(ends[1]);
  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) {
    return failed("/dev/null");
  }
  const SpawnOrder order(null.number(), desk.number());
  const pid_t child = ::vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (child < 0) {
    return failed("fork");
  }
  if (child == 0) {
    spawn_and_leave(order, arguments.data()); // NOLINT(clang-analyzer-unix.Vfork): it is ready
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    errno = WEXITSTATUS(status);
    return failed("fork");
  }
  return ours;
}

} // namespace limn
