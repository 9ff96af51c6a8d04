#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace limn;

TEST_CASE("UTF-8 is what RFC 3629 takes, and nothing else")
{
  for (const std::string_view good :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe6\xbc\xa2\xe5\xad\x97 fox"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xe6\xbc",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xfe", "\xff", "caf\xe9", "\xff\xfe"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
  CHECK(utf8_size("\xf0\x9f\xa6\x8a!") == 4);
  CHECK(utf8_size("") == 0);
}

TEST_CASE(
  "of what is no UTF-8 the longest start of a character is one of it, and a cut end is told")
{
  struct Row {
    std::string_view text;
    char32_t value;
    std::size_t size;
  };
  for (const auto& row :
       {Row{"a", 'a', 1}, Row{"\xc3\xa9t", 0xe9, 2}, Row{"\xf0\x9f\xa6\x8a", 0x1f98a, 4},
        Row{"\xff\xff", k_no_character, 1}, Row{"\x80", k_no_character, 1},
        Row{"\xc0\xaf", k_no_character, 1}, Row{"\xed\xa0\x80", k_no_character, 1},
        Row{"\xf4\x90\x80\x80", k_no_character, 1}, Row{"\xe4\xbdz", k_no_character, 2},
        Row{"\xf0\x9f\x8ez", k_no_character, 3}, Row{"\xe4z", k_no_character, 1},
        Row{"\xe4\xbd", k_cut_character, 2}, Row{"\xf0\x9f\x8e", k_cut_character, 3},
        Row{"\xc3", k_cut_character, 1}}) {
    CAPTURE(row.text);
    CHECK(first_character(row.text).value == row.value);
    CHECK(first_character(row.text).size == row.size);
  }
}

TEST_CASE("a text is cut between two characters")
{
  CHECK(cut_between_characters("fox", 3) == "fox");
  CHECK(cut_between_characters("fox", 2) == "fo");
  CHECK(cut_between_characters("f\xc3\xa9", 2) == "f");
  CHECK(cut_between_characters("\xf0\x9f\xa6\x8a", 3).empty());
  CHECK(cut_between_characters("\x80\x80\x80", 2).empty());
}
