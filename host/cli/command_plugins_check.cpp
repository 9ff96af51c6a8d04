#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/option_value.hpp"
#include "conformance/check.hpp"
#include "conformance/suite.hpp"
#include "conformance/trial.hpp"
#include "job/paths.hpp"
#include "settings/duration_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

namespace limn {

namespace {

struct CheckOptions {
  std::filesystem::path file;
  std::string only;
  std::vector<std::filesystem::path> answers;
  std::string time_limit = "10s"; // for one test; as limn.yaml has durations
  bool in_process = false;
  bool list = false;
  std::string one_test; // for the processes that the command starts
};

using conformance::CheckedTest;
using conformance::Status;

constexpr std::array k_statuses{Status::success, Status::failure, Status::warning, Status::skipped};

std::int64_t count_of(const std::vector<CheckedTest>& tests, Status status)
{
  return std::count_if(tests.begin(), tests.end(),
                       [=](const CheckedTest& test) { return test.verdict.status == status; });
}

std::string one_line(const CheckedTest& test)
{
  return fmt::format("{:<8} {:<28} {:<16} {}", to_string(test.verdict.status), test.id,
                     test.component.empty() ? "-" : test.component, test.verdict.message);
}

std::string_view what_it_protects(const std::vector<conformance::Test>& known, std::string_view id)
{
  const auto found = std::find_if(known.begin(), known.end(),
                                  [=](const conformance::Test& test) { return test.id == id; });
  return found == known.end() ? std::string_view() : found->protects;
}

void print_text(Out& out, const std::vector<CheckedTest>& tests)
{
  for (const auto& test : tests) {
    out.line(one_line(test));
  }
  const auto known = conformance::all_tests();
  for (const auto status : {Status::failure, Status::warning}) {
    for (const auto& test : tests) {
      if (test.verdict.status == status) {
        out.line(
          fmt::format("\n{}\n         {}", one_line(test), what_it_protects(known, test.id)));
      }
    }
  }
  out.line(fmt::format("\n{} succeeded, {} failed, {} warnings, {} skipped",
                       count_of(tests, Status::success), count_of(tests, Status::failure),
                       count_of(tests, Status::warning), count_of(tests, Status::skipped)));
  if (count_of(tests, Status::failure) > 0) {
    const auto guide = installed_prefix() / LIMN_DOC_DIR / "conformance.md";
    out.line(fmt::format("{}--only ID --in-process runs one under a debugger",
                         std::filesystem::exists(guide)
                           ? fmt::format("{} says why each test is there; ", guide.string())
                           : std::string()));
  }
}

void print_json(Out& out, const CheckOptions& options, const std::vector<CheckedTest>& tests)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", count_of(tests, Status::failure) == 0);
  json.path_member("file", from_here(options.file));
  json.key("tests");
  json.begin_array();
  for (const auto& test : tests) {
    json.begin_object();
    json.member("id", test.id);
    json.optional_member("component", test.component);
    json.member("status", to_string(test.verdict.status));
    json.optional_member("message", test.verdict.message);
    json.member("elapsed_ms", test.elapsed.count());
    json.end_object();
  }
  json.end_array();
  json.key("totals");
  json.begin_object();
  for (const auto status : k_statuses) {
    json.member(to_string(status), count_of(tests, status));
  }
  json.end_object();
  json.end_object();
  out.json(json);
}

void list(Out& out, ReportFormat format)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("tests");
  json.begin_array();
  for (const auto& test : conformance::all_tests()) {
    if (format == ReportFormat::text) {
      out.line(fmt::format("{:<28} {}", test.id, test.protects));
    }
    json.begin_object();
    json.member("id", test.id);
    json.member("rule", test.rule);
    json.member("protects", test.protects);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  if (format == ReportFormat::json) {
    out.json(json);
  }
}

Result<int> check_plugin(Out& out, Redactor& redactor, const GlobalOptions& global,
                         const CheckOptions& options)
{
  if (options.list) {
    list(out, global.format);
    return 0;
  }
  const auto file = from_here(options.file);
  std::vector<std::filesystem::path> answers;
  std::ranges::transform(options.answers, std::back_inserter(answers), from_here);
  if (!options.one_test.empty()) {
    conformance::run_as_child(file, answers, options.one_test);
    return 0;
  }
  redactor.add(Secret(conformance::k_canary));
  conformance::CheckOrder order{file, options.only, std::move(answers)};
  LIMN_TRY_ASSIGN(order.time_limit,
                  read_duration_text("time-limit", options.time_limit, Zero::refused));
  order.processes =
    options.in_process ? conformance::Processes::shared : conformance::Processes::own;
  LIMN_TRY_ASSIGN(const auto tests, conformance::check(order));
  if (tests.empty()) {
    return fail(FailureClass::usage, fmt::format("no test has an id that fits '{}'", options.only),
                "limn plugins check --list shows the ids");
  }
  if (global.format == ReportFormat::json) {
    print_json(out, options, tests);
  } else {
    print_text(out, tests);
  }
  return count_of(tests, Status::failure) == 0 ? 0 : 1;
}

} // namespace

Command check_plugin_command()
{
  const auto options = std::make_shared<CheckOptions>();
  Command command{"check", "test whether a plugin keeps the contract"};
  command.examples = {"limn plugins check ./acme.so",
                      "limn plugins check ./acme.so --answer answer.json",
                      "limn plugins check --list"};
  command.add_options = [options](CLI::App& app) {
    app.add_option("file", options->file, "the file of the plugin")->check(takes(ValueKind::file));
    app.add_option("--only", options->only, "run only tests whose id this regular expression fits")
      ->type_name("REGEX");
    app
      .add_option("--answer", options->answers,
                  "an answer of its gateway that brings an image, as curl saved it, with or "
                  "without -i; may be repeated: where a job takes several answers, in their order")
      ->type_name("FILE")
      ->allow_extra_args(false);
    app
      .add_option("--time-limit", options->time_limit,
                  "how long one test may take: seconds, or 90s, 10m, 1h30m; up to 24h")
      ->type_name("TIME")
      ->capture_default_str();
    app.add_flag("--in-process", options->in_process, "run all in one process, for a debugger");
    app.add_flag("--list", options->list, "list the tests, and run none");
    app.add_option("--one-test", options->one_test)->group(""); // what it tells itself
  };
  command.run = [options](const Invocation& invocation) -> Result<int> {
    if (options->file.empty() && !options->list) {
      return fail(FailureClass::usage, "file is required", "limn plugins check --help");
    }
    return check_plugin(invocation.out, invocation.redactor, invocation.global, *options);
  };
  return command;
}

} // namespace limn
