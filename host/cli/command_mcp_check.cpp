#include "base/digest.hpp"
#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/findings.hpp"
#include "cli/host_environment.hpp"
#include "mcp/agent_places.hpp"
#include "registration/registered.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace limn {

namespace {

// A gateway as limn tells of it where a host has started it.
struct GatewayThere {
  std::string name;
  std::string base_url;
  std::string key; // its fingerprint
  std::string problem;
};

constexpr std::string_view k_agents = "agents";

// How limn is started by the programs that it is registered with, or would be.
struct Start {
  std::string who; // "agents", or whose registration says how
  std::vector<std::string> words;
  std::vector<std::string> variables; // "NAME=value": keys may be among them

  bool is_like(const Start& other) const
  {
    return words == other.words && variables == other.variables;
  }
};

Result<rapidjson::Document> told_there(const Start& start, std::vector<std::string> command)
{
  auto words = start.words;
  words.insert(words.end(), command.begin(), command.end());
  words.emplace_back("--json");
  LIMN_TRY_ASSIGN(const auto text, output_at_a_host(words, start.variables));
  auto told = parse_json(text);
  if (!told) {
    return fail(FailureClass::internal, "limn gave no answer there");
  }
  const auto* error = member(*told, "error");
  if (error == nullptr) {
    return told;
  }
  const auto failure_class = failure_class_from(string_or_empty(member(*error, "class")));
  return fail(failure_class.value_or(FailureClass::internal),
              std::string(string_or_empty(member(*error, "message"))),
              std::string(string_or_empty(member(*error, "hint"))));
}

Result<std::vector<GatewayThere>> gateways_there(const Start& start)
{
  LIMN_TRY_ASSIGN(const auto told, told_there(start, {"discover"}));
  std::vector<GatewayThere> gateways;
  const auto* list = member(told, "gateways");
  if (list != nullptr && list->IsArray()) {
    for (const auto& one : list->GetArray()) {
      const auto text = [&one](std::string_view name) {
        return std::string(string_or_empty(member(one, name)));
      };
      gateways.push_back({text("name"), text("base_url"), text("key"), text("problem")});
    }
  }
  return gateways;
}

bool is_the_same(const GatewayThere& there, const Gateway& here)
{
  return there.problem.empty() && there.base_url == here.base_url
         && (here.without_key || there.key == fingerprint(here.key));
}

// "agents have a gateway", "Codex has a gateway".
std::string point_of(const Start& start, std::string_view what)
{
  return fmt::format("{} {} {}", start.who, start.who == k_agents ? "have" : "has", what);
}

void examine_gateways(const Start& start, const std::vector<GatewayThere>& there,
                      Findings& findings)
{
  std::vector<std::string> names;
  std::vector<std::string> unusable;
  for (const auto& one : there) {
    if (one.problem.empty()) {
      names.push_back(fmt::format("{} ({})", one.name, one.base_url));
    } else {
      unusable.push_back(fmt::format("{} cannot be used: {}", one.name, one.problem));
    }
  }
  const auto point = point_of(start, "a gateway");
  if (!names.empty()) {
    findings.good(point, fmt::format("{}", fmt::join(names, "; ")), std::move(unusable));
    return;
  }
  Failure failure(FailureClass::no_gateway, "limn finds none where an agent's program starts it",
                  "`limn init` begins a limn.yaml, which is read there as well");
  failure.details = std::move(unusable);
  findings.bad(point, std::move(failure));
}

// What is here, and why that helps nobody there.
void examine_missing(const Start& start, const std::vector<GatewayThere>& there,
                     const std::vector<Gateway>& here, Findings& findings)
{
  Failure failure(FailureClass::settings, "");
  std::vector<std::string> names;
  for (const auto& one : here) {
    const bool is_there = std::ranges::any_of(
      there, [&one](const GatewayThere& other) { return is_the_same(other, one); });
    if (one.usable() && !is_there) {
      names.push_back(one.name);
      failure.details.push_back(
        fmt::format("{} ({}, from {})", one.name, one.base_url, one.origins.front()));
    }
  }
  const auto point = point_of(start, "the gateways of this shell");
  if (names.empty()) {
    if (std::ranges::any_of(here, &Gateway::usable)) {
      findings.good(point, "");
    } else {
      findings.skipped(point, "there is none here either");
    }
    return;
  }
  failure.message = fmt::format("{} {} missing there, since programs of agents hand on none of "
                                "your variables but HOME, PATH, USER and the like",
                                fmt::join(names, ", "), names.size() == 1 ? "is" : "are");
  failure.details.emplace_back(
    "put it into limn.yaml (`limn init`, `limn config edit`): name, base_url, and api_key_file: "
    "FILE, api_key_keyring or api_key; api_key_env names a variable, which does not arrive");
  failure.details.emplace_back(
    "or name the variables in the registration (env, in opencode environment): then the key lies "
    "in that file");
  findings.bad(point, std::move(failure));
}

void examine_variables(Findings& findings)
{
  const auto lost = lost_variables();
  if (!lost.empty()) {
    findings.skipped("variables that do not arrive there",
                     fmt::format("{}: what they change here they do not change there; the env of "
                                 "the registration can name them",
                                 fmt::join(lost, ", ")));
  }
}

Done examine_folder(const Start& start, Findings& findings)
{
  LIMN_TRY_ASSIGN(const auto told, told_there(start, {"config", "get", "output.directory"}));
  const auto* list = member(told, "settings");
  const bool is_told = list != nullptr && list->IsArray() && list->Size() == 1;
  auto value = is_told ? std::string(string_or_empty(member((*list)[0], "value"))) : "";
  // As limn.yaml would have it: in quotes where it needs them.
  if (value.size() >= 2 && value.front() == '"') {
    const auto text = parse_json(value);
    value = text ? std::string(string_or_empty(&*text)) : value;
  }
  const std::string point = "images have a folder there";
  Settings there;
  there.output_directory = value;
  value = agent_places(there, McpClient()).to_write.front().string();
  if (const auto problem = problem_of(value); !problem.empty()) {
    findings.bad(point,
                 {FailureClass::not_saved, fmt::format("{} cannot be written: {}", value, problem),
                  "limn config set output.directory ANOTHER"});
  } else {
    std::error_code error;
    findings.good(point, std::filesystem::exists(value, error)
                           ? value
                           : fmt::format("{}, which is made when it is needed", value));
  }
  return {};
}

Start start_of(const McpHost& host, const RegisteredServer& server)
{
  Start start{std::string(host.title), server.arguments, {}};
  if (!start.words.empty() && start.words.back() == "mcp") {
    start.words.pop_back();
  }
  for (const auto& [name, value] : server.environment) {
    start.variables.push_back(name + "=" + value);
  }
  return start;
}

bool is_command(const std::string& command)
{
  // A name alone is looked for in a PATH that nobody here knows.
  return command.find('/') == std::string::npos || ::access(command.c_str(), X_OK) == 0;
}

std::string not_tried(const McpHost& host)
{
  return fmt::format("{} is of this folder, so that a repository may have brought it, and names "
                     "options or variables of its own: limn is not started so to see what it finds",
                     host.file().string());
}

// Of each way in which limn is started one; none of those that nobody starts.
std::vector<Start> examine_registrations(const Start& usual, Findings& findings)
{
  std::vector<Start> starts;
  std::vector<std::string> told;
  std::vector<std::string> off;
  for (const auto& host : mcp_hosts()) {
    const auto server = registered_server(host);
    if (!server || !*server) {
      continue; // `limn mcp config` tells of files that cannot be read
    }
    if ((*server)->state == RegisteredServer::State::off) {
      off.push_back(fmt::format("{} has it switched off, in {}", host.title, host.file().string()));
      continue;
    }
    if (!is_command((*server)->command)) {
      findings.bad(fmt::format("{} can start limn", host.title),
                   {FailureClass::settings,
                    fmt::format("{}, which {} names, cannot be started", (*server)->command,
                                host.file().string()),
                    fmt::format("limn mcp config {} --write", host.id)});
      continue;
    }
    auto start = start_of(host, **server);
    if (start.is_like(usual)) {
      start.who = k_agents;
    } else if (host.readers
               == ReadableBy::umask) { // words and variables can make limn run anything
      findings.skipped(fmt::format("{} can start limn", host.title), not_tried(host));
      continue;
    }
    told.emplace_back(host.title);
    if (std::ranges::none_of(starts, [&](const Start& one) { return one.is_like(start); })) {
      starts.push_back(std::move(start));
    }
  }
  const std::string point = "programs start limn";
  if (!told.empty()) {
    findings.good(point, fmt::format("{}", fmt::join(told, ", ")), std::move(off));
  } else if (!off.empty()) {
    findings.skipped(point, fmt::format("{}", fmt::join(off, "; ")));
  }
  if (starts.empty()) {
    starts.push_back(usual);
  }
  return starts;
}

void examine_start(const Start& start, const std::vector<Gateway>& here, Findings& findings)
{
  const auto there = gateways_there(start);
  if (!there) {
    findings.bad(point_of(start, "a gateway"), there.error());
    return;
  }
  examine_gateways(start, *there, findings);
  examine_missing(start, *there, here, findings);
}

Result<int> mcp_check(const Invocation& invocation)
{
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation, {Needed::sources, {}}));
  const auto& here = session->host().discovered().gateways;
  Findings findings;
  const Start usual{std::string(k_agents), words_of(invocation.global), {}};
  Findings registrations;
  const auto starts = examine_registrations(usual, registrations);
  for (const auto& start : starts) {
    examine_start(start, here, findings);
  }
  if (const auto done = examine_folder(starts.front(), findings); !done) {
    findings.bad("images have a folder there", done.error());
  }
  findings.add(std::move(registrations));
  examine_variables(findings);
  print(session->out(), session->options().format, findings);
  return findings.exit_status();
}

} // namespace

Command mcp_check_command()
{
  Command command{"check", "see what limn will find where an agent's program starts it: with next "
                           "to no variables, and in any folder"};
  command.examples = {"limn mcp check", "limn mcp check --json"};
  command.run = mcp_check;
  return command;
}

} // namespace limn
