#include "cli/usage.hpp"

#include "base/contains.hpp"
#include "base/nearest.hpp"
#include "base/shell_word.hpp"
#include "cli/help.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace limn {

namespace {

using Texts = std::vector<std::string>;

// The app of the last command that was given, and how it is called.
struct Given {
  const CLI::App* app;
  std::string name; // "limn config set"
};

Given given_command(const CLI::App& app)
{
  Given given{&app, app.get_name()};
  while (!given.app->get_subcommands().empty()) {
    given.app = given.app->get_subcommands().front();
    given.name += " " + given.app->get_name();
  }
  return given;
}

// Of the command and of all above it, without those that nobody is told of.
Texts option_names(const CLI::App* app)
{
  Texts names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      if (option->nonpositional() && !option->get_group().empty()) {
        for (const auto& name : option->get_lnames()) {
          names.push_back("--" + name);
        }
      }
    }
  }
  return names;
}

Texts command_names(const CLI::App& app)
{
  Texts names;
  for (const auto* one : app.get_subcommands(is_shown)) {
    names.push_back(one->get_name());
  }
  return names;
}

std::optional<std::string> nearest_of(std::string_view word, const Texts& names)
{
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto found = nearest(word, known);
  return found ? std::optional(std::string(*found)) : std::nullopt;
}

std::string meant(const std::optional<std::string>& name)
{
  return name ? fmt::format(": did you mean '{}'?", *name) : "";
}

std::string words_behind(const Given& given)
{
  const auto blank = given.name.find(' ');
  return blank == std::string::npos ? given.name : given.name.substr(blank + 1);
}

Failure no_option(const Given& given, std::string_view word)
{
  const auto name = word.substr(0, word.find('='));
  if (name.starts_with("-q")) {
    return {
      FailureClass::usage,
      fmt::format("'{}' is the quality of a picture and belongs behind generate, batch or doctor",
                  name),
      "--quiet says nothing but errors"};
  }
  const auto similar =
    name.starts_with("--") ? nearest_of(name, option_names(given.app)) : std::nullopt;
  return {FailureClass::usage,
          fmt::format("'{}' is no option of {}{}", name, words_behind(given), meant(similar)),
          given.name + " --help"};
}

// What stands where a command belongs: one that is misspelt, or the prompt itself.
Failure no_command(const Given& given, const Texts& unknown)
{
  const auto& word = unknown.front();
  const bool is_one_word = word.find(' ') == std::string::npos;
  const auto similar = is_one_word ? nearest_of(word, command_names(*given.app)) : std::nullopt;
  const bool is_root = given.app->get_parent() == nullptr;
  if (similar || !is_root) {
    return {FailureClass::usage,
            fmt::format("'{}' is no command{}{}", word, is_root ? "" : " of " + words_behind(given),
                        meant(similar)),
            given.name + " --help"};
  }
  std::string command = "limn generate";
  for (const auto& one : unknown) {
    command += " " + shell_word(one);
  }
  return {FailureClass::usage, fmt::format("'{}' is no command: did you mean `{}`?", word, command),
          "limn --help"};
}

// CLI11's own words, but for those that would make nobody any wiser.
std::string message_of(const CLI::ParseError& error)
{
  constexpr std::string_view k_begin = "Could not convert: ";
  constexpr std::string_view k_between = " = ";
  std::string text = error.what();
  const auto between = text.find(k_between);
  if (!text.starts_with(k_begin) || between == std::string::npos) {
    return text;
  }
  return fmt::format("{}: '{}' is no whole number",
                     text.substr(k_begin.size(), between - k_begin.size()),
                     text.substr(between + k_between.size()));
}

} // namespace

Failure usage_failure(const CLI::App& app, const CLI::ParseError& error)
{
  const auto given = given_command(app);
  const auto unknown = app.remaining(true); // what is no option, no value of one, and no command
  const auto option = std::ranges::find_if(unknown, [](const std::string& word) {
    return word.size() > 1 && word.starts_with('-') && word != "--";
  });
  const bool wants_command = !command_names(*given.app).empty();
  if (!unknown.empty() && wants_command && !unknown.front().starts_with('-')) {
    return no_command(given, unknown);
  }
  if (option != unknown.end()) {
    return no_option(given, *option);
  }
  if (unknown.empty() && given.app == &app && error.get_name() == "RequiredError") {
    return {FailureClass::usage, "there is no command",
            "for example limn generate \"a fox in the snow\"; limn --help tells them all"};
  }
  if (unknown.empty() && wants_command && error.get_name() == "RequiredError") {
    return {FailureClass::usage,
            fmt::format("{} needs one of its commands: {}", given.name,
                        fmt::join(command_names(*given.app), ", ")),
            given.name + " --help"};
  }
  Failure failure(FailureClass::usage, message_of(error), given.name + " --help");
  if (!unknown.empty()) {
    failure.message = fmt::format("{} takes no '{}'", words_behind(given), unknown.front());
  }
  return failure;
}

std::optional<Failure> single_dash(const CLI::App& app, const std::vector<std::string>& words)
{
  const auto given = given_command(app);
  for (const auto& word : words) {
    if (word == "--") {
      break;
    }
    if (word.size() < 4 || word[0] != '-' || word[1] == '-') {
      continue;
    }
    const auto name = "-" + word.substr(0, word.find('='));
    if (contains(option_names(given.app), name)) {
      return Failure(FailureClass::usage,
                     fmt::format("'{}' is no option of {}: did you mean '{}'?", name.substr(1),
                                 words_behind(given), name),
                     given.name + " --help");
    }
  }
  return std::nullopt;
}

Failure no_topic(const CLI::App& app, const std::string& word)
{
  auto names = command_names(app);
  if (app.get_parent() == nullptr) {
    names.emplace_back("exit-status");
  }
  return {FailureClass::usage,
          fmt::format("there is no help about '{}'{}", word, meant(nearest_of(word, names))),
          "limn --help"};
}

} // namespace limn
