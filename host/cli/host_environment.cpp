#include "cli/host_environment.hpp"

#include "base/contains.hpp"
#include "base/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace limn {

namespace {

constexpr std::array<const char*, 6> k_arriving{"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"};
constexpr std::array<std::string_view, 5> k_noticed_beginnings{"XDG_", "LIMN_", "SSL_CERT_",
                                                               "CURL_CA_", "HERMES_"};
// Of proxies, and those by which programs say where their files are, which limn reads.
constexpr std::array<std::string_view, 20> k_noticed{"http_proxy",
                                                     "HTTPS_PROXY",
                                                     "https_proxy",
                                                     "ALL_PROXY",
                                                     "all_proxy",
                                                     "NO_PROXY",
                                                     "no_proxy",
                                                     "AICHAT_CONFIG_DIR",
                                                     "AICHAT_CONFIG_FILE",
                                                     "AICHAT_ENV_FILE",
                                                     "CRUSH_GLOBAL_CONFIG",
                                                     "CRUSH_GLOBAL_DATA",
                                                     "GOOSE_PATH_ROOT",
                                                     "CODEX_HOME",
                                                     "CONTINUE_GLOBAL_DIR",
                                                     "LLM_USER_PATH",
                                                     "OPENCLAW_CONFIG_PATH",
                                                     "OPENCLAW_HOME",
                                                     "OPENCLAW_STATE_DIR",
                                                     "QWEN_CODE_SYSTEM_SETTINGS_PATH"};
// Of the desktop, and of sessions: limn does nothing otherwise for them.
constexpr std::array<std::string_view, 3> k_unnoticed{"XDG_SESSION_", "XDG_CURRENT_", "XDG_SEAT"};
constexpr std::chrono::seconds k_longest{30};

std::vector<char*> pointers(std::vector<std::string>& words)
{
  std::vector<char*> list;
  for (auto& word : words) {
    list.push_back(word.data());
  }
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> arriving_variables(const std::vector<std::string>& more)
{
  auto variables = more;
  for (const auto* name : k_arriving) {
    const auto beginning = fmt::format("{}=", name);
    const bool is_named =
      std::ranges::any_of(more, [&](const std::string& one) { return one.starts_with(beginning); });
    const char* const value = std::getenv(name);
    if (value != nullptr && !is_named) {
      variables.push_back(fmt::format("{}={}", name, value));
    }
  }
  return variables;
}

int spawn_there(pid_t& process, std::vector<std::string> words,
                const std::vector<std::string>& more, int output)
{
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  ::posix_spawn_file_actions_addchdir_np(&files, "/");
  auto environment = arriving_variables(more);
  words.insert(words.begin(), started_command().string());
  const int error = ::posix_spawn(&process, "/proc/self/exe", &files, nullptr,
                                  pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

// Up to its end; false where that does not come in time.
bool read_all(const Descriptor& pipe, std::string& text)
{
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + k_longest;
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd waiting{pipe.number(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
      return false;
    }
    const auto count = ::read(pipe.number(), bytes.data(), bytes.size());
    if (count == 0) {
      return true;
    }
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      return false;
    }
    text.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

} // namespace

Result<std::string> output_at_a_host(const std::vector<std::string>& words,
                                     const std::vector<std::string>& more)
{
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(FailureClass::internal, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  pid_t process = 0;
  if (const int error = spawn_there(process, words, more, theirs.number()); error != 0) {
    return fail(FailureClass::internal,
                fmt::format("limn cannot start itself: {}", std::strerror(error)));
  }
  theirs.close();
  std::string text;
  const bool has_ended = read_all(ours, text);
  if (!has_ended) {
    ::kill(process, SIGKILL);
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!has_ended) {
    return fail(FailureClass::internal,
                fmt::format("limn did not end within {} s", k_longest.count()));
  }
  return text;
}

std::vector<std::string> lost_variables()
{
  std::vector<std::string> names;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view variable(*one);
    const auto name = variable.substr(0, variable.find('='));
    const auto begins = [name](std::string_view word) { return name.starts_with(word); };
    const bool is_noticed =
      contains(k_noticed, name) || std::ranges::any_of(k_noticed_beginnings, begins);
    if (is_noticed && !std::ranges::any_of(k_unnoticed, begins)) {
      names.emplace_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

} // namespace limn
