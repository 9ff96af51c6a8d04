#include "cli/run.hpp"

#include "cli/command_line.hpp"
#include "cli/report.hpp"
#include "job/out.hpp"
#include "job/standard_output.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

namespace limn {

namespace {

int run_checked(int argc, char** argv, Redactor& redactor, Terminal& terminal, Out& out)
{
  GlobalOptions global;
  // Known even if the rest of the line makes no sense.
  const std::vector<std::string_view> words(argv, argv + argc);
  if (std::find(words.begin(), words.end(), "--events") != words.end()) {
    terminal.set_standard_error(StandardError::json_lines);
  }
  const auto line = parse_command_line(argc, argv, global.format);
  if (!line) {
    return report(out, terminal, global, line.error());
  }
  terminal.set_colors(line->global.color == "always"  ? Colors::always
                      : line->global.color == "never" ? Colors::never
                                                      : Colors::automatic);
  terminal.set_verbosity(line->global.quiet     ? Verbosity::quiet
                         : line->global.verbose ? Verbosity::verbose
                                                : Verbosity::normal);
  if (!line->text.empty()) {
    std::fputs(line->text.c_str(), stdout);
    return 0;
  }
  const auto status = line->run({redactor, terminal, out, line->global, {argv + 1, argv + argc}});
  if (!status) {
    return report(out, terminal, line->global, status.error());
  }
  return *status;
}

// Where one is closed, the next file that is opened would take its number, and an image would get
// the report written into it.
void occupy_standard_descriptors()
{
  int descriptor = -1;
  do {
    descriptor = ::open("/dev/null", O_RDONLY | O_NOCTTY); // reading ends, writing fails
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) {
    ::close(descriptor);
  }
}

} // namespace

int run(int argc, char** argv)
{
  // A core file would hold the keys. One byte and not none: a limit of 0 does not stop a core that
  // is piped to a program, a limit of 1 does (core(5)).
  const rlimit no_core{1, 1};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) {
    ::prctl(PR_SET_DUMPABLE, 0);
  }
  // What an exception says goes by no redaction here.
  std::set_terminate([] {
    std::fputs("limn: error: internal: an exception that nobody caught\n", stderr);
    std::abort();
  });
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is a failed write, as on a full disk
  occupy_standard_descriptors();
  Redactor redactor;
  Terminal terminal(redactor);
  Out out(redactor, terminal);
  int status = 1;
  try {
    status = run_checked(argc, argv, redactor, terminal, out);
  } catch (const std::exception& error) {
    terminal.say(LogLevel::error, std::string("internal: ") + error.what());
  } catch (...) {
    terminal.say(LogLevel::error, "internal: an exception of unknown type");
  }
  terminal.erase_progress();
  if (!out.flush()) {
    return standard_output_broke(out, terminal, status);
  }
  return status;
}

} // namespace limn
