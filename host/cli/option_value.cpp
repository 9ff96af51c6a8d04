#include "cli/option_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string_view>
#include <utility>

namespace limn {

namespace {

// By which a check says its kind. CLI11 keeps nothing else of an option's that is not shown.
constexpr std::array<std::pair<ValueKind, std::string_view>, 11> k_value_kinds{{
  {ValueKind::file, "takes a file"},
  {ValueKind::folder, "takes a folder"},
  {ValueKind::gateways, "takes gateways"},
  {ValueKind::models, "takes models"},
  {ValueKind::providers, "takes providers"},
  {ValueKind::isolated, "takes providers, or all"},
  {ValueKind::entry, "takes an entry"},
  {ValueKind::input, "takes a file or an entry"},
  {ValueKind::forgotten, "takes gateways or entries"},
  {ValueKind::setting, "takes a setting"},
  {ValueKind::topic, "takes a topic"},
}};

CLI::Validator passing(std::string name)
{
  return CLI::Validator("").name(std::move(name));
}

// Of "{a,b}", which is how CLI::IsMember describes itself, too.
std::vector<std::string> words_of_set(std::string_view set)
{
  std::vector<std::string> words;
  set.remove_prefix(1);
  set.remove_suffix(1);
  while (!set.empty()) {
    const auto end = std::min(set.find(','), set.size());
    words.emplace_back(set.substr(0, end));
    set.remove_prefix(std::min(end + 1, set.size()));
  }
  return words;
}

bool is_set(std::string_view text)
{
  return text.starts_with('{') && text.ends_with('}');
}

void read_check(const CLI::Validator& check, OptionValue& value)
{
  for (const auto& text : {check.get_name(), check.get_description()}) {
    if (is_set(text)) {
      value.words = words_of_set(text);
    }
  }
  for (const auto& [kind, name] : k_value_kinds) {
    if (check.get_name() == name) {
      value.kind = kind;
    }
  }
}

} // namespace

CLI::Validator takes(ValueKind kind)
{
  for (const auto& [known, name] : k_value_kinds) {
    if (known == kind) {
      return passing(std::string(name));
    }
  }
  return passing("");
}

CLI::Validator takes(const std::vector<std::string>& words)
{
  return passing(fmt::format("{{{}}}", fmt::join(words, ",")));
}

OptionValue value_of(CLI::Option& option)
{
  OptionValue value;
  const auto type = option.get_type_name();
  if (type == "FILE" || type == "PATH") {
    value.kind = ValueKind::file;
  } else if (type == "DIR") {
    value.kind = ValueKind::folder;
  }
  try {
    for (int i = 0;; ++i) {
      read_check(*option.get_validator(i), value);
    }
  } catch (const CLI::OptionNotFound&) { // there are no more
  }
  return value;
}

} // namespace limn
