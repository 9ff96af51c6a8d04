#include "codec/failure_words.hpp"

#include <doctest/doctest.h>

#include <set>
#include <tuple>

using limn::FailureWord;

TEST_CASE("the built-in words are in lower case, not empty, and each stands there once")
{
  std::set<std::tuple<FailureWord::Where, std::string_view, int>> seen;
  for (const auto& word : limn::built_in_failure_words()) {
    CAPTURE(std::string(word.text));
    CHECK_FALSE(word.text.empty());
    CHECK(word.text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos);
    CHECK(seen.emplace(word.where, word.text, word.http_status).second);
    CHECK(limn::to_string(word.failure_class) != "internal");
  }
}

TEST_CASE("a word that counts at one status only comes before the same word for all")
{
  const auto words = limn::built_in_failure_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t later = i + 1; later < words.size(); ++later) {
      const bool same = words[i].where == words[later].where && words[i].text == words[later].text;
      CHECK_FALSE((same && words[i].http_status == 0));
    }
  }
}

TEST_CASE("a star in a word stands for anything in between, in order and without regard to case")
{
  using limn::contains_words;
  CHECK(contains_words("The MODEL 'x' does not exist", "model*does not exist"));
  CHECK(contains_words("model", "model"));
  CHECK(contains_words("a model b", "*model*"));
  CHECK(contains_words("余额不足", "余额"));
  CHECK_FALSE(contains_words("it does not exist, the model", "model*does not exist"));
  CHECK_FALSE(contains_words("mode", "model"));
  CHECK_FALSE(contains_words("abc", "ab*bc"));
  CHECK_FALSE(contains_words("anything", ""));
  CHECK_FALSE(contains_words("anything", "**"));
  CHECK_FALSE(contains_words("", "model"));
}
