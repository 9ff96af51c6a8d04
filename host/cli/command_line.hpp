#pragma once

#include "cli/command.hpp"
#include "job/options.hpp"

#include <functional>
#include <string>

namespace limn {

struct CommandLine {
  GlobalOptions global;
  std::string text; // of --help or --version, to be printed; else empty
  std::function<Result<int>(const Invocation&)> run; // the command's
};

// Reads argv; FailureClass::usage for what makes no sense, with what to do. `format` is set even
// then, so that the failure can be reported the way it was asked for.
Result<CommandLine> parse_command_line(int argc, char** argv, ReportFormat& format);

} // namespace limn
