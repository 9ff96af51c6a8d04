#include "cli/command_line.hpp"

#include "base/nearest.hpp"
#include "cli/batch_options.hpp"
#include "cli/job_options.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr const char* k_description = "limn draws a picture from words through any "
                                      "OpenAI-compatible API that is configured on this machine.";
constexpr const char* k_footer =
  "Exit status: 0 done, 1 internal, 2 usage or settings, 3 no gateway found,\n"
  "4 auth or access, 5 billing, 6 model or endpoint unavailable, 7 content refused,\n"
  "8 network, TLS or server failure, 9 outcome unknown, may have cost money,\n"
  "10 not saved, 11 unusable answer, 12 rate limited, 13 invalid request,\n"
  "14 only some items of a batch have their images, 130 interrupted (Ctrl-C),\n"
  "143 ended by SIGTERM, 129 ended by SIGHUP.";

void add_global_options(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.add_flag("--json", json, "print one JSON envelope on standard output");
  app.add_flag("--events", global.events, "print JSON lines on standard error while it works");
  app.add_flag("-v,--verbose", global.verbose, "say what is done, down to HTTP headers");
  app.add_flag("-q,--quiet", global.quiet, "say nothing but errors");
  app
    .add_option("--config", global.config_file,
                "read this file instead of limn.yaml, and preferences.yaml beside it")
    ->type_name("FILE");
  app.add_option("--plugin", global.plugin_files, "load this plugin too; may be repeated")
    ->type_name("FILE")
    ->allow_extra_args(false);
  app
    .add_option(
      "--isolate", global.isolate,
      "run this provider in a process of its own; may be repeated, or a,b; all: every one")
    ->type_name("ID")
    ->allow_extra_args(false)
    ->check(k_not_empty);
  app.add_flag("--no-plugins", global.no_plugins, "load no plugin, not even limn's own");
  app.add_option("--cacert", global.ca_file, "trust the certificates in this file, and no others")
    ->type_name("FILE");
}

void add_check_options(CLI::App& command, CheckOptions& options)
{
  command.add_option("file", options.file, "the file of the plugin");
  command
    .add_option("--only", options.only, "run only tests whose id this regular expression fits")
    ->type_name("REGEX");
  command
    .add_option("--time-limit", options.time_limit,
                "how long one test may take: seconds, or 90s, 10m, 1h")
    ->type_name("TIME")
    ->capture_default_str();
  command.add_flag("--in-process", options.in_process, "run all in one process, for a debugger");
  command.add_flag("--list", options.list, "list the tests, and run none");
  command.add_option("--one-test", options.one_test)->group(""); // what it tells itself
}

Done finish_check(const CheckOptions& options)
{
  if (options.file.empty() && !options.list) {
    return fail(FailureClass::usage, "file is required", "limn plugins check --help");
  }
  return {};
}

// CLI11 says what is wrong; a misspelt command deserves the nearest one as well.
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error)
{
  std::string command = "limn";
  for (auto given = app.get_subcommands(); !given.empty();
       given = given.front()->get_subcommands()) {
    command += " " + given.front()->get_name();
  }
  Failure failure(FailureClass::usage, error.what(), command + " --help");
  const auto unknown = app.remaining(); // what is no option, no value of one, and no command
  if (!app.get_subcommands().empty() || unknown.empty()) {
    return failure;
  }
  if (unknown.front().starts_with('-')) {
    failure.message = fmt::format("'{}' is no option", unknown.front());
    return failure;
  }
  std::vector<std::string> names;
  for (const auto* one : app.get_subcommands(nullptr)) {
    names.push_back(one->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto similar = nearest(unknown.front(), known);
  failure.message = fmt::format("'{}' is no command{}", unknown.front(),
                                similar ? fmt::format(": did you mean '{}'?", *similar) : "");
  return failure;
}

} // namespace

Result<CommandLine> parse_command_line(int argc, char** argv, ReportFormat& format)
{
  CommandLine line;
  bool json = false;
  CLI::App app(k_description, "limn");
  app.footer(k_footer);
  app.set_version_flag("--version", "limn " LIMN_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "show this help");
  add_global_options(app, line.global, json);

  JobText job_text;
  bool dry_run = false;
  bool with_sandbox = false;
  auto* generate = app.add_subcommand("generate", "draw a picture");
  generate->add_option("prompt", job_text.prompt, "what to draw; - reads it from standard input")
    ->required();
  // The many options of a job cost every other command as much as its own: they are made for the
  // command that is there.
  generate->preparse_callback([&](std::size_t) {
    add_job_options(*generate, job_text, OutputFile::chosen);
    generate->add_flag("--dry-run", dry_run,
                       "tell what would be tried, in order and at what cost, and ask nobody");
    generate->add_flag("--sandbox", with_sandbox,
                       "draw with the built-in sandbox: no gateway, no key, no cost");
  });

  BatchText batch_text;
  auto* batch = app.add_subcommand("batch", "draw many pictures, from a file of JSON lines");
  batch->preparse_callback([&](std::size_t) { add_batch_options(*batch, batch_text); });

  auto* discover =
    app.add_subcommand("discover", "list the gateways that are configured on this machine");
  Verify verify_command;
  auto* verify =
    app.add_subcommand("verify", "ask all gateways, or these, for the model; costs nothing");
  verify->add_option("gateway", verify_command.options.gateways, "names of gateways");
  verify
    ->add_option("-m,--model", verify_command.options.models,
                 "the model to ask for; may be repeated, or a,b: the first one that is listed")
    ->allow_extra_args(false)
    ->check(k_not_empty);
  Forget forget_command;
  auto* forget =
    app.add_subcommand("forget", "forget what was learnt about all gateways, or these");
  forget->add_option("gateway", forget_command.gateways, "names of gateways");

  Doctor doctor_command;
  JobText doctor_text;
  doctor_text.prompt = "a small lighthouse at dusk, flat colours";
  auto* doctor = app.add_subcommand("doctor", "check the whole way to an image, point by point");
  doctor->add_flag("--generate", doctor_command.options.generate,
                   "generate an image too; costs money");
  doctor->preparse_callback(
    [&](std::size_t) { add_job_options(*doctor, doctor_text, OutputFile::chosen); });

  RecoverOptions kept;
  std::string kept_directory;
  auto* recover = app.add_subcommand(
    "recover", "list images that came but could not be given their name, or move them");
  recover->add_option("name", kept.names, "move these, damaged ones too");
  recover->add_flag("--all", kept.all, "move all that are whole");
  recover
    ->add_option("-d,--directory", kept_directory,
                 "the folder to move them to instead of the one of `limn generate`")
    ->type_name("DIR")
    ->check(k_not_empty);

  auto* plugins = app.add_subcommand("plugins", "list plugins, check one, or begin one");
  plugins->require_subcommand(0, 1);
  plugins->add_subcommand("list", "list every component, its file and its state");
  PluginsCheck check_command;
  auto* check = plugins->add_subcommand("check", "test whether a plugin keeps the contract");
  add_check_options(*check, check_command.options);

  NewPluginCommand new_command;
  auto* create = plugins->add_subcommand("new", "write a project for a plugin of your own");
  create
    ->add_option("name", new_command.name, "the plugin's name: small letters, digits, underscores")
    ->required();
  create->add_option("--kind", new_command.kind, "provider or config-source")
    ->check(CLI::IsMember({"provider", "config-source"}))
    ->capture_default_str();
  create
    ->add_option("-d,--directory", new_command.directory,
                 "the folder to write into instead of ./NAME")
    ->type_name("DIR")
    ->check(k_not_empty);

  auto* config = app.add_subcommand("config", "show and change settings");
  config->require_subcommand(0, 1);
  config->add_subcommand("list", "every setting, its value and where it comes from");
  ConfigGet get_command;
  auto* get = config->add_subcommand("get", "one value");
  get->add_option("key", get_command.key, "as config list shows it")->required();
  ConfigSet set_command;
  auto* set = config->add_subcommand("set", "remember a value in preferences.yaml");
  set->add_option("key", set_command.key, "as config list shows it")->required();
  set->add_option("value", set_command.value)->required();
  ConfigUnset unset_command;
  auto* unset = config->add_subcommand("unset", "take a value out of preferences.yaml");
  unset->add_option("key", unset_command.key, "as config list shows it")->required();
  auto* path = config->add_subcommand("path", "the paths of limn.yaml and preferences.yaml");

  SandboxCommand sandbox_command;
  auto* sandbox =
    app.add_subcommand("sandbox", "serve a small gateway on this machine for trying things out");
  sandbox->add_option("--port", sandbox_command.port, "0: any free one");
  sandbox->add_flag("--list", sandbox_command.list, "list its behaviours");

  // Known even if the rest of the line makes no sense.
  const std::vector<std::string_view> words(argv, argv + argc);
  format = std::find(words.begin(), words.end(), "--json") != words.end() ? ReportFormat::json
                                                                          : ReportFormat::text;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    line.command = ShowText{app.help()};
    return line;
  } catch (const CLI::CallForAllHelp&) {
    line.command = ShowText{app.help("", CLI::AppFormatMode::All)};
    return line;
  } catch (const CLI::CallForVersion&) {
    line.command = ShowText{"limn " LIMN_VERSION "\n"};
    return line;
  } catch (const CLI::ParseError& error) {
    return fail(usage_failure(app, error));
  }
  line.global.format = json ? ReportFormat::json : ReportFormat::text;

  if (generate->parsed()) {
    LIMN_TRY_ASSIGN(auto options, finish_job(std::move(job_text)));
    options.dry_run = dry_run;
    options.sandbox = with_sandbox;
    line.command = Generate{std::move(options)};
  } else if (batch->parsed()) {
    LIMN_TRY_ASSIGN(auto options, finish_batch(std::move(batch_text)));
    options.words.assign(argv + 1, argv + argc);
    line.command = Batch{std::move(options)};
  } else if (doctor->parsed()) {
    LIMN_TRY_ASSIGN(doctor_command.options.job, finish_job(std::move(doctor_text)));
    line.command = std::move(doctor_command);
  } else if (discover->parsed()) {
    line.command = Discover{};
  } else if (verify->parsed()) {
    line.command = std::move(verify_command);
  } else if (forget->parsed()) {
    line.command = std::move(forget_command);
  } else if (recover->parsed()) {
    kept.directory = kept_directory;
    line.command = Recover{std::move(kept)};
  } else if (check->parsed()) {
    LIMN_TRY(finish_check(check_command.options));
    line.command = std::move(check_command);
  } else if (create->parsed()) {
    line.command = std::move(new_command);
  } else if (plugins->parsed()) {
    line.command = PluginsList{};
  } else if (get->parsed()) {
    line.command = std::move(get_command);
  } else if (set->parsed()) {
    line.command = std::move(set_command);
  } else if (unset->parsed()) {
    line.command = std::move(unset_command);
  } else if (path->parsed()) {
    line.command = ConfigPath{};
  } else if (config->parsed()) {
    line.command = ConfigList{};
  } else {
    line.command = sandbox_command;
  }
  return line;
}

} // namespace limn
