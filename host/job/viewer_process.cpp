#include "job/viewer_process.hpp"

#include "job/paths.hpp"

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
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_time_to_end{1000};
constexpr std::size_t k_most_words = 4096;
constexpr int k_took_nothing = 3; // limn-view's status for it

// What limn-view may know of limn's environment: what a terminal and its letters are.
constexpr std::array<const char*, 5> k_variables{"TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE"};

Failure viewer_not_started(std::string_view what, int error)
{
  return {FailureClass::internal,
          fmt::format("the picture cannot be shown: {}: {}", what, std::strerror(error))};
}

std::vector<std::string> its_environment()
{
  std::vector<std::string> variables;
  for (const char* name : k_variables) {
    if (const char* value = std::getenv(name)) {
      variables.push_back(fmt::format("{}={}", name, value));
    }
  }
  return variables;
}

// For posix_spawn, which takes texts that can be changed.
std::vector<char*> changeable(std::vector<std::string>& texts)
{
  std::vector<char*> list;
  for (auto& text : texts) {
    list.push_back(text.data());
  }
  list.push_back(nullptr);
  return list;
}

// Its standard input, output and error.
struct ViewerFiles {
  int picture;
  int out;
  int report;
};

int spawn_viewer(pid_t& process, std::vector<std::string> words, const ViewerFiles& its)
{
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, its.picture, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, its.out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, its.report, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  // Signals that limn ignores are not to be ignored there, and none is to be held back.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t signals;
  ::sigfillset(&signals);
  ::sigdelset(&signals, SIGKILL);
  ::sigdelset(&signals, SIGSTOP);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  auto variables = its_environment();
  const auto arguments = changeable(words);
  const auto environment = changeable(variables);
  const int error = ::posix_spawn(&process, viewer_file().c_str(), &files, &attributes,
                                  arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

// "way sixel" is what the terminal answered; any other line is the sentence.
void read_words(std::string_view said, ViewerEnd& end)
{
  constexpr std::string_view k_way = "way ";
  while (!said.empty()) {
    const auto line = said.substr(0, said.find('\n'));
    said.remove_prefix(std::min(said.size(), line.size() + 1));
    if (line.starts_with(k_way)) {
      end.asked = picture_way_from(line.substr(k_way.size()));
    } else if (!line.empty()) {
      end.words = line;
    }
  }
}

} // namespace

Result<std::unique_ptr<ViewerProcess>> ViewerProcess::start(const ViewerOrder& order, int picture)
{
  return start({"limn-view", std::string(to_string(order.choice.way)), to_string(order.room),
                order.cell ? to_string(*order.cell) : "-",
                std::string(to_string(order.choice.otherwise))},
               Into::terminal, picture, STDERR_FILENO);
}

Result<std::unique_ptr<ViewerProcess>> ViewerProcess::start(const SmallJpegOrder& order,
                                                            int picture, int jpeg)
{
  return start({"limn-view", "jpeg", to_string(order.room), fmt::format("{}", order.most_bytes)},
               Into::file, picture, jpeg);
}

Result<std::unique_ptr<ViewerProcess>> ViewerProcess::start(std::vector<std::string> words,
                                                            Into into, int picture, int out)
{
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return fail(viewer_not_started("pipe", errno));
  }
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  pid_t process = 0;
  const ViewerFiles files{picture, out, theirs.number()};
  if (const int error = spawn_viewer(process, std::move(words), files); error != 0) {
    return fail(viewer_not_started(viewer_file().string(), error));
  }
  return std::unique_ptr<ViewerProcess>(new ViewerProcess(process, std::move(ours), into));
}

ViewerProcess::ViewerProcess(pid_t process, Descriptor report, Into into)
  : m_process(process), m_into(into), m_report(std::move(report))
{
}

ViewerProcess::~ViewerProcess()
{
  end();
}

bool ViewerProcess::has_ended()
{
  std::array<char, 512> bytes{};
  while (!m_is_closed) {
    const auto count = ::read(m_report.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno == EAGAIN) {
      return false;
    }
    m_is_closed = count <= 0;
    if (count > 0 && m_said.size() < k_most_words) {
      m_said.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }
  return true;
}

bool ViewerProcess::wait(std::chrono::milliseconds time)
{
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + time;
  while (!has_ended()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd report{m_report.number(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&report, 1, static_cast<int>(left.count())) == 0) {
      return has_ended();
    }
  }
  return true;
}

ViewerEnd ViewerProcess::end()
{
  ViewerEnd result;
  if (m_process == 0) {
    return result;
  }
  if (!has_ended()) {
    result.was_cut_short = true;
    if (m_into == Into::terminal) {
      ::kill(m_process, SIGTERM); // it ends what it has begun to write
    }
    if (m_into == Into::file || !wait(k_time_to_end)) {
      ::kill(m_process, SIGKILL);
    }
  }
  int status = 0;
  while (::waitpid(std::exchange(m_process, 0), &status, 0) < 0 && errno == EINTR) {
  }
  result.was_shown = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  result.took_nothing = WIFEXITED(status) && WEXITSTATUS(status) == k_took_nothing;
  result.left_a_mess = WIFSIGNALED(status);
  read_words(m_said, result);
  if (result.left_a_mess) {
    result.words = fmt::format("what shows pictures ended with signal {}", WTERMSIG(status));
  }
  return result;
}

} // namespace limn
