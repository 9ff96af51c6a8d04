#pragma once

#include "cli/commands.hpp"
#include "job/options.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace limn {

struct Generate {
  GenerateOptions options;
};
struct Batch {
  BatchOptions options;
};
struct Discover {
};
struct Verify {
  VerifyOptions options;
};
struct Forget {
  std::vector<std::string> gateways;
};
struct Doctor {
  DoctorOptions options;
};
struct Recover {
  RecoverOptions options;
};
struct PluginsList {
};
struct PluginsCheck {
  CheckOptions options;
};
struct ConfigList {
};
struct ConfigGet {
  std::string key;
};
struct ConfigSet {
  std::string key;
  std::string value;
};
struct ConfigUnset {
  std::string key;
};
struct ConfigPath {
};
struct ShowText { // --help, --version
  std::string text;
};

using Command = std::variant<ShowText, Generate, Batch, Discover, Verify, Forget, Doctor, Recover,
                             PluginsList, PluginsCheck, NewPluginCommand, ConfigList, ConfigGet,
                             ConfigSet, ConfigUnset, ConfigPath, SandboxCommand>;

struct CommandLine {
  GlobalOptions global;
  Command command;
};

// Reads argv; FailureClass::usage for what makes no sense, with what to do. `format` is set even
// then, so that the failure can be reported the way it was asked for. A prompt of "-" is read from
// standard input.
Result<CommandLine> parse_command_line(int argc, char** argv, ReportFormat& format);

} // namespace limn
