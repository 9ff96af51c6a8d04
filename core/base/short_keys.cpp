#include "base/short_keys.hpp"

#include "base/ascii.hpp"
#include "base/credential_name.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

bool is_name_character(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_' || c == '.';
}

std::string_view without_end(std::string_view text, std::string_view characters)
{
  const auto last = text.find_last_not_of(characters);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view name_at_end(std::string_view text)
{
  auto begin = text.size();
  while (begin > 0 && is_name_character(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin);
}

bool is_behind_scheme(std::string_view before)
{
  const auto scheme = without_end(before, " ");
  constexpr std::array<std::string_view, 3> schemes{"bearer", "basic", "token"};
  return scheme.size() < before.size()
         && std::any_of(schemes.begin(), schemes.end(), [scheme](std::string_view one) {
              return equal_ignoring_case(name_at_end(scheme), one);
            });
}

bool is_json_string(std::string_view before, std::string_view after)
{
  return before.ends_with('"') && (after.starts_with('"') || after.starts_with("\\\""));
}

// Of a query, or of a header or member whose name says so.
bool is_value(std::string_view before)
{
  if (before.ends_with('=')) {
    before.remove_suffix(1);
    const auto name = name_at_end(before);
    const auto rest = before.substr(0, before.size() - name.size());
    return rest.ends_with('?') || rest.ends_with('&') || names_credential(name);
  }
  const auto colon = without_end(before, " \"\\");
  return colon.ends_with(':') && names_credential(name_at_end(without_end(colon, ": \"\\")));
}

} // namespace

void find_short_key(std::string_view text, std::string_view key, std::vector<TextRange>& found)
{
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const auto before = text.substr(0, at);
    const auto after = text.substr(at + key.size());
    // The dot that ends a sentence is no part of a name.
    const bool goes_on = !after.empty() && is_name_character(after.front())
                         && !(after.front() == '.' && (after.size() == 1 || after[1] == ' '));
    if (goes_on || !name_at_end(before).empty()) {
      continue;
    }
    if ((is_behind_scheme(before) || is_json_string(before, after) || is_value(before))) {
      found.push_back({at, at + key.size()});
    }
  }
}

} // namespace limn
