#include "cli/editor.hpp"

#include "base/shell_word.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace limn {

namespace {

constexpr std::array<const char*, 2> k_variables{"VISUAL", "EDITOR"};
constexpr std::array<const char*, 3> k_usual_editors{"editor", "vi", "nano"};
constexpr int k_not_found = 127; // as shells tell it

bool is_installed(std::string_view name)
{
  const char* const path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const auto end = std::min(folders.find(':'), folders.size());
    const auto folder = folders.substr(0, end);
    folders.remove_prefix(std::min(end + 1, folders.size()));
    if (!folder.empty() && ::access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

// Ctrl-C is for whoever has the terminal: while an editor does, limn does not hear it. Nor does it
// go before the editor where both are told to: what was typed is still to be kept.
class DeafToKeys
{
public:
  DeafToKeys()
  {
    struct sigaction ignored {
    };
    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignored, &m_interrupt);
    ::sigaction(SIGQUIT, &ignored, &m_quit);
    ::sigaction(SIGHUP, &ignored, &m_hang_up);
    ::sigaction(SIGTERM, &ignored, &m_terminate);
  }
  DeafToKeys(const DeafToKeys&) = delete;
  DeafToKeys& operator=(const DeafToKeys&) = delete;
  ~DeafToKeys()
  {
    ::sigaction(SIGINT, &m_interrupt, nullptr);
    ::sigaction(SIGQUIT, &m_quit, nullptr);
    ::sigaction(SIGHUP, &m_hang_up, nullptr);
    ::sigaction(SIGTERM, &m_terminate, nullptr);
  }

private:
  struct sigaction m_interrupt {
  };
  struct sigaction m_quit {
  };
  struct sigaction m_hang_up {
  };
  struct sigaction m_terminate {
  };
};

// What limn ignores is not to be ignored there.
int spawn(pid_t& process, std::string command)
{
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGXFSZ}) {
    sigaddset(&signals, signal);
  }
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh";
  std::string option = "-c";
  std::array<char*, 4> words{shell.data(), option.data(), command.data(), nullptr};
  const int error = ::posix_spawn(&process, "/bin/sh", nullptr, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

} // namespace

Result<std::string> find_editor()
{
  for (const auto* const name : k_variables) {
    if (const char* const editor = std::getenv(name); editor != nullptr && *editor != '\0') {
      return std::string(editor);
    }
  }
  for (const auto* const name : k_usual_editors) {
    if (is_installed(name)) {
      return std::string(name);
    }
  }
  return fail(
    FailureClass::usage,
    "no editor was found: neither VISUAL nor EDITOR is set, and there is no editor, vi or "
    "nano",
    "say which: EDITOR=... limn config edit; `limn config path` tells where the file is");
}

Done open_in_editor(const std::string& editor, const std::filesystem::path& file)
{
  const DeafToKeys deaf;
  pid_t process = -1;
  if (const int error = spawn(process, editor + " " + shell_word(file.string())); error != 0) {
    return fail(FailureClass::usage,
                fmt::format("the editor cannot be started: {}", std::strerror(error)));
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) {
      return fail(FailureClass::internal,
                  fmt::format("the editor is lost: {}", std::strerror(errno)));
    }
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return {};
  }
  const bool is_absent = WIFEXITED(status) && WEXITSTATUS(status) == k_not_found;
  return fail(FailureClass::usage,
              is_absent ? fmt::format("the editor '{}' cannot be started", editor)
              : WIFSIGNALED(status)
                ? fmt::format("the editor was ended by signal {}", WTERMSIG(status))
                : fmt::format("the editor ended with status {}", WEXITSTATUS(status)),
              is_absent ? "set VISUAL or EDITOR to another one" : "");
}

} // namespace limn
