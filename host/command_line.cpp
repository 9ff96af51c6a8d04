#include "command_line.hpp"

#include "job_text.hpp"
#include "settings/nearest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>

namespace limn {

namespace {

constexpr const char* k_description = "limn draws a picture from words through any "
                                      "OpenAI-compatible API that is configured on this machine.";
constexpr const char* k_footer =
  "Exit status: 0 done, 2 usage or settings, 3 no gateway, 4 auth or access, 5 billing, 6 model or "
  "endpoint,\n"
  "7 content refused, 8 network or server, 9 outcome unknown (may have cost money), 10 not saved,\n"
  "11 unusable answer, 12 rate limited, 13 invalid request, 14 some items of a batch, 130 "
  "interrupted, 1 internal.";

// `-o "$UNSET"` is a mistake, not a wish for the default.
const CLI::Validator k_not_empty(
  [](const std::string& text) {
    return text.empty() ? std::string("the name is empty") : std::string();
  },
  "");

// A range lets "nan" through: it is neither below nor above.
const CLI::Validator k_number(
  [](const std::string& text) {
    return std::isnan(std::strtod(text.c_str(), nullptr)) ? text + " is no number" : std::string();
  },
  "");

void add_global_options(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.add_flag("--json", json, "print one JSON envelope on standard output");
  app.add_flag("--events", global.events, "print JSON lines on standard error while it works");
  app.add_flag("-v,--verbose", global.verbose, "say what is done, down to HTTP headers");
  app.add_flag("-q,--quiet", global.quiet, "say nothing but errors");
  app.add_option("--config", global.config_file, "read this file instead of limn.yaml")
    ->type_name("FILE");
  app.add_option("--plugin", global.plugin_files, "load this plugin too; may be repeated")
    ->type_name("FILE")
    ->allow_extra_args(false);
  app
    .add_option("--isolate", global.isolate,
                "run this provider in a process of its own; may be repeated; all: every one")
    ->type_name("ID")
    ->allow_extra_args(false)
    ->check(k_not_empty);
  app.add_flag("--no-plugins", global.no_plugins, "load no plugin at all");
  app.add_option("--cacert", global.ca_file, "trust the certificates in this file")
    ->type_name("FILE");
}

enum class OutputFile { chosen, of_each_item };

// `-o` is left out where one command line stands for many images.
void add_job_options(CLI::App& command, JobText& text, OutputFile output_file)
{
  command
    .add_option("-m,--model", text.models,
                "the model; may be repeated, the first one that is listed is used")
    ->allow_extra_args(false);
  command.add_option("-s,--size", text.size, "WIDTHxHEIGHT or auto")->capture_default_str();
  command.add_option("-n,--count", text.count, "how many images, 1 to 100")->capture_default_str();
  command.add_option("-q,--quality", text.quality, "low, medium, high or auto");
  command.add_option("--background", text.background, "transparent, opaque or auto");
  command.add_option("--format", text.format, "png, jpeg or webp");
  command.add_option("--compression", text.compression, "0 to 100, for jpeg and webp");
  command.add_option("--moderation", text.moderation, "low or auto");
  command.add_option("-i,--input", text.inputs, "an image to work from; may be repeated")
    ->type_name("FILE")
    ->allow_extra_args(false);
  command.add_option("--mask", text.mask, "where to change the first input: its transparent parts")
    ->type_name("FILE");
  auto* folder = command.add_option("-d,--directory", text.directory, "the folder to write into")
                   ->type_name("DIR")
                   ->check(k_not_empty);
  if (output_file == OutputFile::chosen) {
    auto* file =
      command
        .add_option(
          "-o,--output", text.output,
          "the file to write, never over another one; - or a pipe takes the image's bytes")
        ->type_name("FILE")
        ->check(k_not_empty);
    folder->excludes(file);
  }
  command.add_flag("--remember", text.remember, "make that folder the default from now on")
    ->needs(folder);
  command.add_option("--gateway", text.gateways, "only this gateway; may be repeated")
    ->allow_extra_args(false);
  command
    .add_option("--provider", text.providers, "only this provider; may be repeated, in this order")
    ->allow_extra_args(false);
  command.add_option("--timeout", text.timeout_s,
                     "seconds for one attempt, from first to last byte");
  command.add_option("--wait", text.wait_s,
                     "seconds to wait in all where a gateway asks for it; 0: none");
  command.add_option("--verify", text.verify,
                     "ask for the list of models first: auto, always or never");
  command.add_flag("--allow-duplicate-charge", text.duplicate_charge,
                   "go on after an answer was lost, though the image may be charged twice");
}

// A prompt of - stands on standard input.
Result<GenerateOptions> finish_job(JobText text)
{
  if (text.prompt == "-") {
    text.prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
    while (!text.prompt.empty() && (text.prompt.back() == '\n' || text.prompt.back() == '\r')) {
      text.prompt.pop_back();
    }
  }
  std::vector<Failure> mistakes;
  auto options = read_job(text, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  return options;
}

// What the options of a batch are read into, before they are checked.
struct BatchText {
  BatchOptions options;
  bool resume = false;
  bool fail_fast = false;
  std::string max_cost;
  double grace_s = 120;
};

void add_batch_options(CLI::App& command, BatchText& text)
{
  auto& options = text.options;
  command
    .add_option("file", options.file,
                "JSON lines: a prompt in quotes, or an object with a prompt, an id, an output and "
                "options of generate; - reads standard input")
    ->required();
  command.add_option("-j,--jobs", options.jobs, "how many items are in flight, 1 to 1024")
    ->capture_default_str();
  command
    .add_option("--manifest", options.manifest,
                "write a JSON line here for each item as it ends, to go on with --resume")
    ->type_name("FILE")
    ->check(k_not_empty);
  command.add_flag("--resume", text.resume,
                   "go on with a manifest: draw what is missing and nothing twice");
  command.add_flag("--fail-fast", text.fail_fast, "begin no more items after one that failed");
  command
    .add_option("--max-cost", text.max_cost,
                "begin no item that could bring the cost of all runs of the manifest above so "
                "many US dollars")
    ->type_name("USD");
  command
    .add_option("--grace", text.grace_s,
                "seconds that what is in flight has to end after Ctrl-C; a second one cancels it")
    ->capture_default_str();
  command.add_flag("--dry-run", options.dry_run,
                   "show what would be done and at what cost, and ask nobody");
  command.add_flag("--sandbox", options.sandbox,
                   "draw with the built-in sandbox: no gateway, no key, no cost");
  add_job_options(command, options.defaults, OutputFile::of_each_item);
}

Result<BatchOptions> finish_batch(BatchText text)
{
  constexpr int k_most_jobs = 1024;
  constexpr double k_longest_grace_s = 86400;
  auto& options = text.options;
  if (options.jobs < 1 || options.jobs > k_most_jobs) {
    return fail(FailureClass::usage,
                fmt::format("jobs: {} is not from 1 to {}", options.jobs, k_most_jobs));
  }
  if (!(text.grace_s >= 0 && text.grace_s <= k_longest_grace_s)) {
    return fail(FailureClass::usage, fmt::format("grace: {} is not from 0 to {} seconds",
                                                 text.grace_s, k_longest_grace_s));
  }
  options.grace = std::chrono::milliseconds(static_cast<long long>(std::ceil(text.grace_s * 1000)));
  if (text.resume && options.manifest.empty()) {
    return fail(FailureClass::usage, "--resume needs the manifest of the run to go on with",
                "--manifest FILE");
  }
  if (!text.max_cost.empty()) {
    options.max_cost = parse_usd(text.max_cost);
    if (!options.max_cost) {
      return fail(FailureClass::usage,
                  fmt::format("max-cost: '{}' is no amount of US dollars", text.max_cost),
                  "write it like 2.50");
    }
  }
  options.resume = text.resume ? Resume::yes : Resume::no;
  options.after_failure = text.fail_fast ? AfterFailure::begin_no_more : AfterFailure::go_on;
  return std::move(options);
}

void add_check_options(CLI::App& command, CheckOptions& options)
{
  command.add_option("file", options.file, "the plugin");
  command.add_option("--only", options.only, "only tests whose id this regular expression fits")
    ->type_name("REGEX");
  command.add_option("--time-limit", options.time_limit_s, "seconds for one test")
    ->check(k_number)
    ->check(CLI::Range(0.1, 3600.0))
    ->capture_default_str();
  command.add_flag("--in-process", options.in_process, "all in one process, for a debugger");
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
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv)
{
  Failure failure(FailureClass::usage, error.what(), "limn --help");
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with('-')) {
      continue;
    }
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      const auto similar = nearest(word, known);
      failure.message = fmt::format("'{}' is no command{}", word,
                                    similar ? fmt::format(": did you mean '{}'?", *similar) : "");
    } else {
      failure.hint = fmt::format("limn {} --help", word);
    }
    break;
  }
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
  add_job_options(*generate, job_text, OutputFile::chosen);
  generate->add_flag("--dry-run", dry_run,
                     "show what would be tried, in order and at what cost, and ask nobody");
  generate->add_flag("--sandbox", with_sandbox,
                     "draw with the built-in sandbox: no gateway, no key, no cost");

  BatchText batch_text;
  auto* batch = app.add_subcommand("batch", "draw many pictures, from a file of JSON lines");
  // Its many options are made only where it is the command: the others start sooner.
  batch->preparse_callback([&](std::size_t) { add_batch_options(*batch, batch_text); });

  auto* discover =
    app.add_subcommand("discover", "list the gateways that are configured on this machine");
  Verify verify_command;
  auto* verify =
    app.add_subcommand("verify", "ask all gateways, or these, for the model; costs nothing");
  verify->add_option("gateway", verify_command.gateways, "names of gateways");
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
  add_job_options(*doctor, doctor_text, OutputFile::chosen);

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
  create->add_option("name", new_command.name, "of the plugin: small letters, digits, underscores")
    ->required();
  create->add_option("--kind", new_command.kind, "provider or config-source")
    ->check(CLI::IsMember({"provider", "config-source"}))
    ->capture_default_str();
  create
    ->add_option("-d,--directory", new_command.directory, "the folder to write into, not ./NAME")
    ->type_name("DIR")
    ->check(k_not_empty);

  auto* config = app.add_subcommand("config", "show and change settings");
  config->require_subcommand(0, 1);
  config->add_subcommand("list", "every setting, its value and where it comes from");
  ConfigGet get_command;
  auto* get = config->add_subcommand("get", "one value");
  get->add_option("key", get_command.key)->required();
  ConfigSet set_command;
  auto* set = config->add_subcommand("set", "remember a value in preferences.yaml");
  set->add_option("key", set_command.key)->required();
  set->add_option("value", set_command.value)->required();
  ConfigUnset unset_command;
  auto* unset = config->add_subcommand("unset", "forget a value of preferences.yaml");
  unset->add_option("key", unset_command.key)->required();
  auto* path = config->add_subcommand("path", "where the settings lie");

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
    return fail(usage_failure(app, error, argc, argv));
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
