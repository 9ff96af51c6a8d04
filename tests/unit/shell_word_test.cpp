#include "base/shell_word.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("a word for a shell is in quotes where it needs them, and only there")
{
  struct Row {
    std::string_view text;
    std::string_view word;
  };
  for (const auto& row : {
         Row{"--jobs=3", "--jobs=3"},
         Row{"/home/ann/.config/limn.yaml", "/home/ann/.config/limn.yaml"},
         Row{"", "''"},
         Row{"my items.jsonl", "'my items.jsonl'"},
         Row{"$(reboot)", "'$(reboot)'"},
         Row{"~ann", "'~ann'"},
         Row{"it's", "'it'\\''s'"},
         Row{"w\xc3\xb6rter", "'w\xc3\xb6rter'"},
       }) {
    CHECK(shell_word(row.text) == row.word);
  }
}
