#include "failure/parameter_name.hpp"

#include "base/ascii.hpp"
#include "failure/failure_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

// What may stand in a member's name, paths included: "tools[0].size".
bool is_of_name(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '.' || c == '[' || c == ']' || c == '-';
}

// Words that stand where a name would.
bool is_no_name(std::string_view word)
{
  constexpr std::array<std::string_view, 20> words{
    "is",  "are", "was", "the",   "a",     "an",     "in",        "for",        "of",   "to",
    "not", "s",   "at",  "found", "named", "called", "parameter", "parameters", "name", "with"};
  return std::none_of(word.begin(), word.end(),
                      [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; })
         || std::any_of(words.begin(), words.end(),
                        [word](std::string_view w) { return equal_ignoring_case(word, w); });
}

std::string_view leading_name(std::string_view text)
{
  const auto end = std::find_if_not(text.begin(), text.end(), is_of_name);
  auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  while (name.ends_with('.') || name.ends_with('-')
         || (name.ends_with(']') && name.find('[') == std::string_view::npos)) {
    name.remove_suffix(1);
  }
  return is_no_name(name) ? std::string_view() : name;
}

// The name behind `phrase`: between quotes, or a bare word.
std::string_view name_behind(std::string_view message, std::string_view phrase)
{
  for (auto at = find_ignoring_case(message, phrase); at != std::string_view::npos;
       at = find_ignoring_case(message, phrase, at + 1)) {
    auto rest = message.substr(at + phrase.size());
    // "parameter(s) provided: `x`", "argument: ['x']", "key(s) in object: 'x'"
    for (const std::string_view filler :
         {"(s)", "s", " supplied", " provided", " found", " in object", " in request body",
          " in the request", " name", " named"}) {
      if (rest.starts_with(filler) && (filler != "s" || rest.size() == 1 || !is_of_name(rest[1]))) {
        rest.remove_prefix(filler.size());
      }
    }
    constexpr std::string_view k_between = ": '\"`([{\t\n";
    rest.remove_prefix(std::min(rest.find_first_not_of(k_between), rest.size()));
    for (const std::string_view colon : {"：", "“", "‘", "「", "【"}) {
      if (rest.starts_with(colon)) {
        rest.remove_prefix(colon.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(k_between), rest.size()));
      }
    }
    if (const auto name = leading_name(rest); !name.empty()) {
      return name;
    }
  }
  return {};
}

// `x` of "... the 'x' parameter", "x is not supported", "参数 x 不支持": the last name before
// `phrase`.
std::string_view name_before(std::string_view message, std::string_view phrase)
{
  const auto at = find_ignoring_case(message, phrase);
  if (at == std::string_view::npos) {
    return {};
  }
  auto before = message.substr(0, at);
  constexpr std::string_view k_between = ": '\"`)]\t\n";
  const auto last = before.find_last_not_of(k_between);
  before = before.substr(0, last == std::string_view::npos ? 0 : last + 1);
  auto start = before.size();
  while (start > 0 && is_of_name(before[start - 1])) {
    --start;
  }
  return leading_name(before.substr(start));
}

struct Phrase {
  enum class Name { behind, before };

  std::string_view words;
  Name name;
};

// In order: the more exact first.
constexpr Phrase k_phrases[] = {
  {"unknown parameter", Phrase::Name::behind},
  {"unsupported parameter", Phrase::Name::behind},
  {"unrecognized request argument", Phrase::Name::behind},
  {"unexpected keyword argument", Phrase::Name::behind},
  {"argument not supported", Phrase::Name::behind},
  {"arguments not supported", Phrase::Name::behind},
  {"' was unexpected", Phrase::Name::before},
  {"' were unexpected", Phrase::Name::before},
  {"additional properties are not allowed", Phrase::Name::behind},
  {"additional property", Phrase::Name::behind},
  {"additional properties, found", Phrase::Name::behind},
  {"additional properties", Phrase::Name::behind},
  {"unrecognized key", Phrase::Name::behind},
  {"unrecognized field", Phrase::Name::behind},
  {"unrecognized parameter", Phrase::Name::behind},
  {"unrecognized argument", Phrase::Name::behind},
  {"unknown field", Phrase::Name::behind},
  {"unknown argument", Phrase::Name::behind},
  {"unknown key", Phrase::Name::behind},
  {"unknown property", Phrase::Name::behind},
  {"unknown name", Phrase::Name::behind},
  {"unexpected argument", Phrase::Name::behind},
  {"unexpected field", Phrase::Name::behind},
  {"unexpected property", Phrase::Name::behind},
  {"unexpected parameter", Phrase::Name::behind},
  {"unwanted field", Phrase::Name::behind},
  {"unsupported field", Phrase::Name::behind},
  {"unsupported argument", Phrase::Name::behind},
  {"unsupported option", Phrase::Name::behind},
  {"unsupported value: '", Phrase::Name::behind},
  {" should not exist", Phrase::Name::before},
  {"setting `", Phrase::Name::behind},
  {" is not a supported parameter", Phrase::Name::before},
  {"不被该模型支持", Phrase::Name::before},
  {" 参数", Phrase::Name::before},
  {": extra inputs are not permitted", Phrase::Name::before},
  {": extra fields not permitted", Phrase::Name::before},
  {"does not support the parameter", Phrase::Name::behind},
  {"does not support parameter", Phrase::Name::behind},
  {"does not accept parameter", Phrase::Name::behind},
  {" is not a valid parameter", Phrase::Name::before},
  {"不支持参数", Phrase::Name::behind},
  {"不支持的参数", Phrase::Name::behind},
  {"未知参数", Phrase::Name::behind},
  {"未知的参数", Phrase::Name::behind},
  {"多余的参数", Phrase::Name::behind},
  {"不支持该参数", Phrase::Name::behind},
  {"not supported:", Phrase::Name::behind},
  {"not allowed:", Phrase::Name::behind},
  {"not permitted:", Phrase::Name::behind},
  {"' parameter", Phrase::Name::before},
  {"` parameter", Phrase::Name::before},
  {"\" parameter", Phrase::Name::before},
  {" parameter is not", Phrase::Name::before},
  {"parameter '", Phrase::Name::behind},
  {"parameter `", Phrase::Name::behind},
  {"parameter \"", Phrase::Name::behind},
  {"parameter", Phrase::Name::behind},
  {"field", Phrase::Name::behind},
  {"argument", Phrase::Name::behind},
  {"property", Phrase::Name::behind},
  {"参数", Phrase::Name::behind},
  {" is not supported", Phrase::Name::before},
  {" is not allowed", Phrase::Name::before},
  {" is not permitted", Phrase::Name::before},
  {" not supported", Phrase::Name::before},
  {"不支持", Phrase::Name::before},
};

} // namespace

std::string_view parameter_name(const ErrorReport& report, std::string_view message)
{
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> told_by_phrase{
    {{"non-zero partial images", "partial_images"}, {"transparent background", "background"}}};
  for (const auto& [phrase, name] : told_by_phrase) {
    if (contains_words(message, phrase)) {
      return name;
    }
  }
  if (equal_ignoring_case(report.code, "invalid_input_fidelity_model")) {
    return "input_fidelity";
  }
  // `tools` stands for any member of the tool: then the message knows more.
  if (const std::string_view param = report.param; !param.empty() && param != "tools") {
    return without_tool(param);
  }
  for (const auto& [words, place] : k_phrases) {
    const auto name =
      place == Phrase::Name::behind ? name_behind(message, words) : name_before(message, words);
    if (!name.empty()) {
      return without_tool(name);
    }
  }
  return report.param;
}

bool is_name_of_size(std::string_view name)
{
  constexpr std::array<std::string_view, 10> names{
    "size",       "width",        "height",      "image_size", "imagesize",
    "resolution", "aspect_ratio", "aspectratio", "dimensions", "image_dimensions"};
  const auto last = name.substr(name.find_last_of("./") + 1);
  return std::any_of(names.begin(), names.end(),
                     [last](std::string_view n) { return equal_ignoring_case(last, n); });
}

std::string_view without_tool(std::string_view name)
{
  const auto end = name.find("].");
  return name.starts_with("tools[") && end != std::string_view::npos ? name.substr(end + 2) : name;
}

} // namespace limn
