#include "cli/run.hpp"

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "job/console.hpp"
#include "job/named_things.hpp"
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

// One function for each command that needs a session.
struct Execute {
  Session& session;

  Result<int> operator()(const Generate& command) { return generate(session, command.options); }
  Result<int> operator()(const Batch& command) { return batch(session, command.options); }
  Result<int> operator()(const Discover&) { return discover_gateways(session); }
  Result<int> operator()(const Verify& command)
  {
    return verify_gateways(session, command.options);
  }
  Result<int> operator()(const Forget& command) { return forget(session, command.gateways); }
  Result<int> operator()(const Doctor& command) { return doctor(session, command.options); }
  Result<int> operator()(const Recover& command) { return recover(session, command.options); }
  Result<int> operator()(const PluginsList&) { return list_plugins(session); }
  Result<int> operator()(const PluginsCheck& command)
  {
    return check_plugin(session.console(), session.options(), command.options);
  }
  Result<int> operator()(const NewPluginCommand& command)
  {
    return new_plugin(session.console(), session.options(), command);
  }
  Result<int> operator()(const ConfigList&) { return config_list(session); }
  Result<int> operator()(const ConfigGet& command) { return config_get(session, command.key); }
  Result<int> operator()(const ConfigSet& command)
  {
    return config_set(session.console(), session.options(), command.key, command.value);
  }
  Result<int> operator()(const ConfigUnset& command)
  {
    return config_unset(session.console(), session.options(), command.key);
  }
  Result<int> operator()(const ConfigPath&)
  {
    return config_path(session.console(), session.options());
  }
  Result<int> operator()(const SandboxCommand& command)
  {
    return serve_sandbox(session.console(), session.options(), command);
  }
  Result<int> operator()(const ShowText&) { return 0; }
};

// Before anything is asked, by the commands that ask gateways or tell how they would be asked.
Done check_named(const CommandLine& line, Session& session)
{
  const auto* generate = std::get_if<Generate>(&line.command);
  const auto* doctor = std::get_if<Doctor>(&line.command);
  const bool needs_sources =
    std::holds_alternative<Discover>(line.command) || std::holds_alternative<Verify>(line.command);
  const bool needs_all = generate || doctor || std::holds_alternative<Batch>(line.command)
                         || std::holds_alternative<ConfigList>(line.command);
  if (!needs_sources && !needs_all) {
    return {};
  }
  LIMN_TRY(check_named_files(line.global));
  if (line.global.no_plugins) {
    return {};
  }
  return check_named_components(session, needs_all ? Needed::all : Needed::sources,
                                generate ? generate->options.engine.providers
                                : doctor ? doctor->options.job.engine.providers
                                         : std::vector<std::string>());
}

Result<int> execute(const CommandLine& line, Console& console)
{
  if (const auto* show = std::get_if<ShowText>(&line.command)) {
    std::fputs(show->text.c_str(), stdout);
    return 0;
  }
  if (const auto* command = std::get_if<SandboxCommand>(&line.command)) {
    return serve_sandbox(console, line.global, *command); // needs no settings
  }
  if (const auto* command = std::get_if<NewPluginCommand>(&line.command)) {
    return new_plugin(console, line.global, *command); // likewise
  }
  if (const auto* command = std::get_if<PluginsCheck>(&line.command)) {
    return check_plugin(console, line.global, command->options); // nor does this
  }
  // These help where the settings are broken.
  if (std::holds_alternative<ConfigPath>(line.command)) {
    return config_path(console, line.global);
  }
  if (const auto* command = std::get_if<ConfigSet>(&line.command)) {
    return config_set(console, line.global, command->key, command->value);
  }
  if (const auto* command = std::get_if<ConfigUnset>(&line.command)) {
    return config_unset(console, line.global, command->key);
  }
  LIMN_TRY_ASSIGN(const auto session, Session::open(line.global, console));
  LIMN_TRY(check_named(line, *session));
  return std::visit(Execute{*session}, line.command);
}

int run_checked(int argc, char** argv, Console& console)
{
  GlobalOptions global;
  // Known even if the rest of the line makes no sense.
  const std::vector<std::string_view> words(argv, argv + argc);
  if (std::find(words.begin(), words.end(), "--events") != words.end()) {
    console.set_standard_error(StandardError::json_lines);
  }
  const auto line = parse_command_line(argc, argv, global.format);
  if (!line) {
    return report(console, global, line.error());
  }
  console.set_verbosity(line->global.quiet     ? Verbosity::quiet
                        : line->global.verbose ? Verbosity::verbose
                                               : Verbosity::normal);
  const auto status = execute(*line, console);
  if (!status) {
    return report(console, line->global, status.error());
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
  Console console;
  int status = 1;
  try {
    status = run_checked(argc, argv, console);
  } catch (const std::exception& error) {
    console.say(LogLevel::error, std::string("internal: ") + error.what());
  } catch (...) {
    console.say(LogLevel::error, "internal: an exception of unknown type");
  }
  console.progress({});
  if (!console.flush()) {
    return standard_output_broke(console, status);
  }
  return status;
}

} // namespace limn
