#include "base/display_width.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace limn;

TEST_CASE("a text takes the columns that a terminal gives it")
{
  struct Row {
    const char* text;
    int width;
  };
  for (const auto& row :
       {Row{"", 0}, Row{"a fox", 5}, Row{"openai · low", 12}, Row{"кириллица", 9}, Row{"漢字", 4},
        Row{"日本語のモデル", 14}, Row{"한국어", 6}, Row{"Ａ！", 4}, Row{"🦊", 2},
        Row{"e\u0301te\u0301", 3}, Row{"ni\u0303o", 3}, Row{"a\u200bb", 2}, Row{"…", 1},
        Row{"\xff\xc3", 2}, Row{"𠀀", 2}}) {
    CAPTURE(row.text);
    CHECK(display_width(row.text) == row.width);
  }
}

TEST_CASE("what does not fit is cut between two characters, and the cut is shown")
{
  struct Row {
    const char* text;
    int columns;
    const char* shown;
  };
  for (const auto& row :
       {Row{"a fox", 5, "a fox"}, Row{"a fox", 4, "a f…"}, Row{"a fox", 1, "…"},
        Row{"a fox", 0, ""}, Row{"a fox", -3, ""}, Row{"", 3, ""}, Row{"漢字漢", 6, "漢字漢"},
        Row{"漢字漢", 5, "漢字…"}, Row{"漢字漢", 4, "漢…"}, Row{"漢字漢", 2, "…"},
        Row{"e\u0301te\u0301", 3, "e\u0301te\u0301"}, Row{"e\u0301te\u0301", 2, "e\u0301…"}}) {
    CAPTURE(row.text);
    CAPTURE(row.columns);
    CHECK(elided(row.text, row.columns, Cut::end) == row.shown);
  }
}

TEST_CASE("a row of figures keeps its beginning and its end")
{
  struct Row {
    const char* text;
    int columns;
    const char* shown;
  };
  for (const auto& row :
       {Row{"12 done · $3", 12, "12 done · $3"}, Row{"12 done · $3", 11, "12 do… · $3"},
        Row{"12 done · $3", 6, "12 …$3"}, Row{"12 done · $3", 3, "1…3"},
        Row{"12 done · $3", 2, "1…"}, Row{"12 done · $3", 1, "…"}, Row{"12 done", 0, ""},
        Row{"漢字漢字", 7, "漢…字"}, Row{"漢字漢字", 5, "漢…字"}, Row{"漢字漢字", 4, "漢…"},
        // A mark does not go over to another character.
        Row{"abcde\u0301fg", 5, "ab…fg"}, Row{"abcde\u0301f", 4, "ab…f"}}) {
    CAPTURE(row.text);
    CAPTURE(row.columns);
    CHECK(elided(row.text, row.columns, Cut::middle) == row.shown);
  }
}

TEST_CASE("what is cut takes no more columns than it may")
{
  const std::string text = "openai · 日本語 · e\u0301 🦊 fox";
  for (int columns = 0; columns < 40; ++columns) {
    CHECK(display_width(elided(text, columns, Cut::end)) <= columns);
    CHECK(display_width(elided(text, columns, Cut::middle)) <= columns);
  }
}
