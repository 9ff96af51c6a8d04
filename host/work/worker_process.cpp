#include "work/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
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

// In a child that has our memory until it is another program: vfork, since it takes no time that
// grows with ours. Only what is safe in the midst of another thread's work.
[[noreturn]] void become_worker(char* const* arguments, int null, int report)
{
  ::setsid();
  const pid_t worker = ::vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (worker != 0) {
    ::_exit(worker < 0 ? errno : 0); // init takes it over
  }
  // What is ignored would be ignored there; what is held back, too.
  for (int signal = 1; signal < NSIG; ++signal) {
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Nobody who waits for the end of our output is to wait for the picture.
  ::dup2(null, STDIN_FILENO);
  ::dup2(report, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC); // what a host left open for us
  ::execv("/proc/self/exe", arguments);
  ::_exit(127); // it ends this process alone
}

} // namespace

Result<Descriptor> start_worker(const GlobalOptions& options, std::string_view job)
{
  const auto failed = [](std::string_view what) {
    return fail(
      FailureClass::internal,
      fmt::format("no process could be started to draw in: {}: {}", what, std::strerror(errno)),
      "nothing was asked for; ask again with the same arguments");
  };
  std::vector<std::string> words{"limn"};
  std::ranges::move(words_of(options), std::back_inserter(words));
  words.emplace_back(k_work_command);
  words.emplace_back(job);
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return failed("pipe");
  }
  Descriptor read(ends[0]);
  const Descriptor write(ends[1]);
  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) {
    return failed("/dev/null");
  }
  const pid_t child = ::vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (child < 0) {
    return failed("fork");
  }
  if (child == 0) {
    become_worker(arguments.data(), null.number(), write.number());
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    errno = WEXITSTATUS(status);
    return failed("fork");
  }
  ::fcntl(read.number(), F_SETFL, O_NONBLOCK);
  return read;
}

} // namespace limn
