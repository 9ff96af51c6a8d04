#include "codec/parameter_name.hpp"

#include "codec/ascii.hpp"
#include "codec/failure_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

// The name that stands between quotes behind `phrase`, or as a bare word.
std::string_view name_behind(std::string_view message, std::string_view phrase)
{
  const auto at = find_ignoring_case(message, phrase);
  if (at == std::string_view::npos) {
    return {};
  }
  auto rest = message.substr(at + phrase.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(": '\"`"), rest.size()));
  rest = rest.substr(0, rest.find_first_of(" '\"`,;\n"));
  while (rest.ends_with('.')) {
    rest.remove_suffix(1);
  }
  return rest;
}

// `x` of "... the 'x' parameter".
std::string_view name_before_parameter(std::string_view message)
{
  const auto end = find_ignoring_case(message, "' parameter");
  if (end == std::string_view::npos || end == 0) {
    return {};
  }
  const auto quote = message.rfind('\'', end - 1);
  return quote == std::string_view::npos ? std::string_view()
                                         : message.substr(quote + 1, end - quote - 1);
}

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
  for (const std::string_view phrase :
       {"unknown parameter", "unsupported parameter", "unrecognized request argument supplied"}) {
    if (const auto name = name_behind(message, phrase); !name.empty()) {
      return without_tool(name);
    }
  }
  const auto name = name_before_parameter(message);
  return name.empty() ? std::string_view(report.param) : without_tool(name);
}

std::string_view without_tool(std::string_view name)
{
  const auto end = name.find("].");
  return name.starts_with("tools[") && end != std::string_view::npos ? name.substr(end + 2) : name;
}

} // namespace limn
