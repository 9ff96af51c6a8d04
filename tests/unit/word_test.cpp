#include "base/word.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("letters, marks, digits and pictures of every script are in words")
{
  for (const char32_t one : U"aZ09éЯ猫ね한قअ\u0301\u093f٣🐱→") {
    CAPTURE(static_cast<unsigned>(one));
    CHECK((one == 0 || is_in_word(one)));
  }
  for (const char32_t one : U" -_.$+<~\u00a0«©°\u2014“\u3000。、？،؟।॥") {
    CAPTURE(static_cast<unsigned>(one));
    CHECK_FALSE(is_in_word(one));
  }
}

TEST_CASE("letters of every script that has two kinds are made small ones")
{
  CHECK(lower_case("A Fox, 2 FOXES") == "a fox, 2 foxes");
  CHECK(lower_case("ÇÀ Ω Я Ա Ａ") == "çà ω я ա ａ");
  CHECK(lower_case("猫 ß 🐱") == "猫 ß 🐱");
  CHECK(lower_case("A\xff\xe4\xbd") == "a\xff\xe4\xbd");
  CHECK(lower_case("").empty());
}
