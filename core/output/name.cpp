#include "output/name.hpp"

#include "base/terminal_text.hpp"
#include "base/utf8.hpp"
#include "base/word.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_max_slug_size = 48;
constexpr std::size_t k_max_name_size = 200;

// Cut between two characters, and between two words if that does not take more than half.
std::string cut_between_words(std::string text, std::size_t max_size)
{
  if (text.size() <= max_size) {
    return text;
  }
  const std::size_t end = cut_between_characters(text, max_size).size();
  const auto dash = text.rfind('-', end);
  text.resize(dash != std::string::npos && dash > max_size / 2 ? dash : end);
  return text;
}

std::string replaced(std::string_view text, const NameFacts& facts)
{
  std::tm local{};
  const auto time = std::chrono::system_clock::to_time_t(facts.time);
  ::localtime_r(&time, &local);
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const auto close = text.find('}', open);
    const auto name =
      text.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 1);
    if (name == "date") {
      result += fmt::format("{:%Y-%m-%d}", local);
    } else if (name == "time") {
      result += fmt::format("{:%H%M%S}", local);
    } else if (name == "slug") {
      result += slug(facts.prompt);
    } else if (name == "gateway") {
      result += facts.gateway;
    } else if (name == "model") {
      result += facts.model;
    } else if (name == "n") {
      result += std::to_string(facts.number);
    }
  }
  return result;
}

} // namespace

std::string slug(std::string_view prompt)
{
  std::string result;
  bool gap = false;
  // A prompt may be 32,000 characters; a name needs the first few hundred bytes at most.
  const auto text = lower_case(terminal_safe(cut_between_characters(prompt, 1024)));
  for (std::string_view rest = text; !rest.empty();) {
    const auto character = first_character(rest);
    if (!is_in_word(character.value)) {
      gap = !result.empty();
    } else {
      result += gap ? "-" : "";
      result += rest.substr(0, character.size);
      gap = false;
    }
    rest.remove_prefix(character.size);
  }
  result = cut_between_words(std::move(result), k_max_slug_size);
  return result.empty() ? "image" : result;
}

std::string file_name(std::string_view name_template, const NameFacts& facts)
{
  auto name = terminal_safe(replaced(name_template, facts));
  for (char& c : name) {
    if (c == '/' || c == '\\') {
      c = '-';
    }
  }
  name.erase(0, name.find_first_not_of(". -")); // hidden, or an option to a command
  name = cut_between_words(std::move(name), k_max_name_size);
  return name.empty() ? "image" : name;
}

} // namespace limn
