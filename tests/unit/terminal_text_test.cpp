#include "base/terminal_text.hpp"

#include <doctest/doctest.h>

#include <random>

using limn::LineBreaks;
using limn::shortened;
using limn::terminal_safe;

namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";

std::string replaced(std::string_view before, int count, std::string_view after)
{
  std::string text(before);
  for (int i = 0; i < count; ++i) {
    text += k_replacement;
  }
  return text.append(after);
}

} // namespace

TEST_CASE("text in any script passes through")
{
  for (const std::string_view text :
       {"", "plain", "余额不足", "naïve 🎨 é", "\u0600١", "\xF0\x9F\x8E\xA8\xEF\xB8\x8F"}) {
    CHECK(terminal_safe(text) == text);
  }
}

TEST_CASE("escape sequences go whole")
{
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"a\x1b[31mb\x1b[0mc", "abc"},
    {"a\x1b[38;5;1 qb", "ab"},
    {"a\x1b]0;title\ab", "ab"},
    {"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"},
    {"a\x1bP1;2|payload\x1b\\b", "ab"},
    {"a\x1b_payload\xC2\x9C"
     "b",
     "ab"},
    {"a\xC2\x9B"
     "31mb",
     "ab"},
    {"a\xC2\x9D"
     "0;t\ab",
     "ab"},
    {"a\x1b(Bb\x1b"
     "7c",
     "abc"},
    {"a\x1b", "a"},
    {"a\x1b[", "a"},
    {"a\x1b[31", "a"},
    {"a\x1b[\nb", "a b"},
    // A sequence that never ends must not swallow the message.
    {"a\x1b]the rest stays", "athe rest stays"},
    {"\x1b\x1b[31mx", "x"},
  };
  for (const auto& [text, expected] : rows) {
    CHECK(terminal_safe(text) == expected);
  }
}

TEST_CASE("control characters and invisible ones go")
{
  CHECK(terminal_safe(std::string_view("a\0b\a\b\x7F"
                                       "c\xC2\x85"
                                       "d",
                                       11))
        == "abcd");
  const std::string_view invisible[] = {
    "\u00AD", "\u061C", "\u180E", "\u200B", "\u200D",     "\u200E",
    "\u200F", "\u202A", "\u202E", "\u034F", "\uFFA0",     "\u2060",
    "\u2066", "\u2069", "\uFEFF", "\uFFF9", "\U000E0001", "\U000E007F",
  };
  for (const auto character : invisible) {
    CHECK(terminal_safe("a" + std::string(character) + "b") == "ab");
  }
}

TEST_CASE("line breaks are kept or become one space, and tabs become spaces")
{
  CHECK(terminal_safe("a\nb\r\nc\rd\te") == "a b c d e");
  CHECK(terminal_safe("a\nb\r\nc\rd\te", LineBreaks::keep) == "a\nb\nc\nd e");
  CHECK(terminal_safe("a\u2028b\u2029c") == "a b c");
}

TEST_CASE("what is no UTF-8 becomes U+FFFD, and nothing after it is lost")
{
  CHECK(terminal_safe("a\xFFz") == replaced("a", 1, "z"));
  CHECK(terminal_safe("a\x80\x80z") == replaced("a", 2, "z"));
  CHECK(terminal_safe("a\xC0\xAFz") == replaced("a", 2, "z"));         // overlong slash
  CHECK(terminal_safe("a\xE0\x80\xAFz") == replaced("a", 3, "z"));     // overlong
  CHECK(terminal_safe("a\xED\xA0\x80z") == replaced("a", 3, "z"));     // surrogate
  CHECK(terminal_safe("a\xF4\x90\x80\x80z") == replaced("a", 4, "z")); // past U+10FFFF
  CHECK(terminal_safe("a\xE4\xBD") == replaced("a", 1, ""));           // cut
  CHECK(terminal_safe("a\xE4\xBDz") == replaced("a", 1, "z"));
  CHECK(terminal_safe("a\xF0\x9F\x8E\n") == replaced("a", 1, " "));
  CHECK(terminal_safe("\xF4\x8F\xBF\xBD") == "\xF4\x8F\xBF\xBD");
}

TEST_CASE("made safe twice is the same as once, whatever the bytes")
{
  std::mt19937 random(7);
  const std::string alphabet =
    std::string("a[]m;\\P_\n\r\t0\x1b\a\x9B\x9C\x9D\xC2\xE2\x80\xAE\xF0\x9F\xED\xFF") + '\0';
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random() % 24; i > 0; --i) {
      text += alphabet[random() % alphabet.size()];
    }
    const auto safe = terminal_safe(text);
    CHECK(terminal_safe(safe) == safe);
    CHECK(safe.find_first_of(std::string_view("\x1b\a\n\r\t\0", 6)) == std::string::npos);
    CHECK(safe.find("\xC2\x9B") == std::string::npos);
    CHECK(safe.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("shortened cuts between characters and says so")
{
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 5) == "ab…");
  CHECK(shortened("额额额", 9) == "额额额");
  CHECK(shortened("额额额", 8) == "额…");
  CHECK(shortened("额额额", 5) == "…");
  CHECK(shortened("额额额", 2).empty());
  CHECK(shortened("abcdef", 2) == "ab");
  CHECK(shortened("abcdef", 0).empty());
}
