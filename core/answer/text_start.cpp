#include "answer/text_start.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

// What some put in front of JSON so that no browser runs it, and what others leave there by
// mistake.
constexpr std::array<std::string_view, 10> k_guards{
  ")]}'",      ")]}',",    "while(1);",   "while (1);", "for(;;);",
  "for (;;);", "throw 1;", "&&&START&&&", "{}&&",       "{} &&"};

bool is_name(std::string_view text)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '.' || c == '$';
  });
}

} // namespace

std::string_view without_blanks(std::string_view text)
{
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

bool begins_behind_guard(std::string_view start)
{
  start = start.substr(0, k_start_size);
  if (start.starts_with("//") || start.starts_with("/*")) {
    return true;
  }
  if (std::any_of(k_guards.begin(), k_guards.end(),
                  [&](std::string_view guard) { return start.starts_with(guard); })) {
    return true;
  }
  const auto at = start.find_first_of("{[");
  if (at == std::string_view::npos) {
    return false;
  }
  const auto front = start.substr(0, at);
  const bool is_chunk_length =
    front.ends_with("\r\n") && front.find_first_not_of("0123456789abcdefABCDEF") == front.size() - 2
    && front.size() > 2;
  return front.find_first_not_of(std::string_view("\0 \t\r\n\x0b\x0c\x1e", 8))
           == std::string_view::npos
         || is_chunk_length || (front.ends_with('(') && is_name(front.substr(0, at - 1)));
}

} // namespace limn
