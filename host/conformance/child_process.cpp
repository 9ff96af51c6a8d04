#include "conformance/child_process.hpp"

#include "base/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace limn::conformance {

namespace {

constexpr int k_child_notebook = 3;

pid_t start(const std::vector<std::string>& words, const std::vector<std::string>& environment,
            int notebook, int output)
{
  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const auto& text : texts) {
      all.push_back(const_cast<char*>(text.c_str())); // the call does not write to it
    }
    all.push_back(nullptr);
    return all;
  };
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, notebook, k_child_notebook);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes,
                                  pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw std::runtime_error(fmt::format("no process can be started: {}", std::strerror(error)));
  }
  return pid;
}

// False if the time was over first.
bool wait_for(pid_t pid, std::chrono::milliseconds time_limit)
{
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (process.number() < 0) {
    throw std::runtime_error(
      fmt::format("a process cannot be waited for: {}", std::strerror(errno)));
  }
  const auto end = std::chrono::steady_clock::now() + time_limit;
  pollfd wanted{process.number(), POLLIN, 0};
  for (;;) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const auto count = ::poll(&wanted, 1, static_cast<int>(std::max<long long>(left.count(), 0)));
    if (count == 0) {
      return false;
    }
    if (count > 0 || errno != EINTR) {
      return true;
    }
  }
}

// What a sanitizer, or the C library, said before the end.
std::string last_words(int output)
{
  std::string text(64 * 1024, '\0');
  const auto size = ::pread(output, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto error = text.find("ERROR:");
  const auto begin = error == std::string::npos ? 0 : error;
  return text.substr(begin, std::min<std::size_t>(text.find('\n', begin) - begin, 200));
}

std::string place(const Notebook& notebook)
{
  const auto function = notebook.inside();
  return function.empty() ? std::string("outside of its functions") : "in " + function;
}

std::string how_it_ended(int status, const Notebook& notebook)
{
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGSYS) {
      return fmt::format("it asked for a network socket {}", place(notebook));
    }
    const char* name = ::sigabbrev_np(number);
    return fmt::format("ended with signal {} (SIG{}) {}", number, name ? name : "?",
                       place(notebook));
  }
  return fmt::format("ended the process with exit status {} {}", WEXITSTATUS(status),
                     place(notebook));
}

} // namespace

Verdict run_in_child(const std::filesystem::path& file,
                     const std::vector<std::filesystem::path>& answers, const std::string& test_id,
                     std::size_t component, const std::vector<std::string>& environment,
                     std::chrono::milliseconds time_limit)
{
  std::vector<std::string> command{
    "limn",        "plugins",    "check",
    file.string(), "--one-test", fmt::format("{} {} {}", component, k_child_notebook, test_id)};
  for (const auto& answer : answers) {
    command.insert(command.end(), {"--answer", answer.string()});
  }
  const Notebook notebook;
  const Descriptor output(::memfd_create("limn-conformance-output", MFD_CLOEXEC));
  const auto pid = start(command, environment, notebook.descriptor(), output.number());
  const bool has_ended = wait_for(pid, time_limit);
  ::kill(-pid, SIGKILL); // what it started, too
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!has_ended) {
    return failure(fmt::format("not done within {:g} s: it hangs {}",
                               static_cast<double>(time_limit.count()) / 1000, place(notebook)));
  }
  if (auto verdict = notebook.verdict()) {
    return *verdict;
  }
  auto message = how_it_ended(status, notebook);
  if (const auto words = last_words(output.number()); !words.empty()) {
    message += fmt::format("; it said: {}", words);
  }
  return failure(message);
}

} // namespace limn::conformance
