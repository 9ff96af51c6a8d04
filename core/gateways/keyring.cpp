#include "gateways/keyring.hpp"

#include "base/descriptor.hpp"
#include "gateways/key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

namespace limn {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* k_tool = "secret-tool";

// A running secret-tool and the pipe with its standard output. Neither outlives this.
class Lookup
{
public:
  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup()
  {
    m_output.close();
    if (m_process > 0) {
      end(Clock::now());
    }
  }

  // The error number; 0 if it runs.
  int start(const Pairs& attributes)
  {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
      return errno;
    }
    m_output = Descriptor(pipe[0]);
    const Descriptor theirs(pipe[1]);
    std::vector<std::string> words{k_tool, "lookup"};
    for (const auto& [name, value] : attributes) {
      words.push_back(name);
      words.push_back(value);
    }
    std::vector<char*> arguments;
    for (auto& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, theirs.number(), STDOUT_FILENO);
    // What it says goes by no redaction.
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int error =
      ::posix_spawnp(&m_process, k_tool, &files, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
      m_process = 0;
    }
    return error;
  }

  // All that it says, until it closes its output. False if that takes longer than `until`.
  bool read(std::string& text, Clock::time_point until) const
  {
    text.reserve(k_max_key_size); // so that growing leaves no copy behind
    std::array<char, 1024> piece{};
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      pollfd waiting{m_output.number(), POLLIN, 0};
      const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
      if (ready < 0 && errno == EINTR) {
        continue;
      }
      if (ready <= 0) {
        return false;
      }
      const auto count = ::read(m_output.number(), piece.data(), piece.size());
      if (count < 0 && errno != EINTR) {
        return false;
      }
      const auto room = k_max_key_size - text.size();
      if (count > 0) {
        text.append(piece.data(), std::min(room, static_cast<std::size_t>(count)));
      }
      ::explicit_bzero(piece.data(), piece.size());
      if (count == 0) {
        return true;
      }
    }
  }

  // Waits for its end; its exit status, or -1 if a signal ended it. One that has said all and does
  // not go is made to.
  int end(Clock::time_point until)
  {
    int status = 0;
    while (::waitpid(m_process, &status, WNOHANG) == 0) {
      if (Clock::now() >= until) {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, &status, 0);
        break;
      }
      ::poll(nullptr, 0, 1);
    }
    m_process = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  pid_t m_process = 0;
  Descriptor m_output;
};

} // namespace

Result<Secret> look_up_in_keyring(const Pairs& attributes, std::chrono::milliseconds patience)
{
  Lookup lookup;
  if (const int error = lookup.start(attributes); error != 0) {
    return fail(
      FailureClass::settings,
      error == ENOENT
        ? "the keyring cannot be asked: secret-tool is not installed (package "
          "libsecret-tools)"
        : fmt::format("the keyring cannot be asked: secret-tool: {}", std::strerror(error)));
  }
  std::string text;
  const auto until = Clock::now() + patience;
  if (!lookup.read(text, until)) {
    wipe(text);
    return fail(FailureClass::settings,
                "the keyring did not answer; is it locked, with nobody there to unlock it?");
  }
  Secret key(std::string_view(text).substr(0, text.find_first_of("\r\n")));
  wipe(text);
  const int status = lookup.end(until);
  if (status != 0 || key.empty()) {
    return fail(FailureClass::settings,
                fmt::format("the keyring holds nothing under these attributes (secret-tool ended "
                            "with status {})",
                            status));
  }
  return key;
}

} // namespace limn
