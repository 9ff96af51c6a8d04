#include "engine/no_gateway.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace limn {

namespace {

constexpr std::string_view k_limn_yaml_source = "limn";
constexpr std::size_t k_most_variables = 8; // on a line

constexpr std::string_view k_way_to_one =
  "set OPENAI_API_KEY, and OPENAI_BASE_URL for another server than OpenAI's; or `limn init` writes "
  "a limn.yaml to fill in; for a first look without any: limn generate --sandbox";

// A path as people write it.
std::string shown(const std::filesystem::path& path)
{
  const auto text = path.string();
  const char* const home = std::getenv("HOME");
  const auto folder = home == nullptr ? std::string() : std::string(home) + "/";
  return folder.size() > 1 && text.starts_with(folder) ? "~/" + text.substr(folder.size()) : text;
}

// Those of the environment on one line; a variable that is set is no place to put something.
std::string variables_line(const std::vector<LookedAt>& at)
{
  std::vector<std::string> names;
  for (const auto& one : at) {
    if (one.kind == LookedAt::Kind::variable && one.found == LookedAt::Found::nothing) {
      names.push_back(one.name);
    }
  }
  if (names.empty()) {
    return {};
  }
  const auto shown_names = std::min(names.size(), k_most_variables);
  const auto rest = names.size() - shown_names;
  names.resize(shown_names);
  return fmt::format("{}{} {} not set", fmt::join(names, ", "),
                     rest > 0 ? fmt::format(" and {} more", rest) : "",
                     shown_names + rest == 1 ? "is" : "are");
}

std::string file_line(const LookedAt& one)
{
  switch (one.found) {
  case LookedAt::Found::nothing:
    return one.name + " is not there";
  case LookedAt::Found::something:
    return one.name + " has no gateway in it";
  case LookedAt::Found::unreadable:
    return one.name + " cannot be read";
  }
  return {};
}

std::string line_of_limn_yaml(const SettingsFiles& files)
{
  std::error_code ignored;
  return files.limn_yaml.empty() ? std::string("there is no folder for limn.yaml")
         : std::filesystem::exists(files.limn_yaml, ignored)
           ? shown(files.limn_yaml) + " has no gateways"
           : shown(files.limn_yaml) + " is not there";
}

std::vector<std::string> place_lines(const Discovered& discovered, const Settings& settings,
                                     const SettingsFiles& files)
{
  std::vector<std::string> lines;
  const auto add = [&](std::string_view source, std::string line) {
    if (!line.empty()) {
      lines.push_back(fmt::format("{}: {}", source, line));
    }
  };
  for (const auto& source : settings.sources) {
    if (source == k_limn_yaml_source) {
      add(source, line_of_limn_yaml(files));
      continue;
    }
    const auto look = std::ranges::find(discovered.looks, source, &Discovered::Look::source);
    if (look == discovered.looks.end()) {
      add(source, "could not be asked");
      continue;
    }
    add(source, variables_line(look->at));
    for (const auto& one : look->at) {
      if (one.kind == LookedAt::Kind::file) {
        add(source, file_line(one));
      }
    }
  }
  if (lines.empty()) {
    lines.emplace_back("sources: of limn.yaml names no place to look at");
  }
  return lines;
}

} // namespace

bool is_wanted(const Gateway& gateway, const std::vector<std::string>& names)
{
  return names.empty() || std::ranges::find(names, gateway.name) != names.end();
}

Failure nothing_to_ask(const Discovered& discovered, const Settings& settings,
                       const SettingsFiles& files, const std::vector<std::string>& names)
{
  Failure failure(FailureClass::no_gateway, "no gateway was found", std::string(k_way_to_one));
  if (!names.empty()) {
    failure.message = "none of the gateways that were named can be used";
    failure.hint = "`limn discover` shows them all";
  } else if (!discovered.gateways.empty()) {
    failure.message = "no gateway can be used";
    failure.hint =
      "mend one of them (`limn discover` shows them all); for a first look without any: "
      "limn generate --sandbox";
  } else {
    failure.details = place_lines(discovered, settings, files);
  }
  for (const auto& gateway : discovered.gateways) {
    if (is_wanted(gateway, names)) {
      failure.message +=
        fmt::format("; {} ({}): {}", gateway.name, gateway.origins.front(), gateway.problem);
    }
  }
  return failure;
}

} // namespace limn
