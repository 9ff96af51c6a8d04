#include "failure/failure_words.hpp"

#include <doctest/doctest.h>

#include <set>
#include <tuple>
#include <vector>

using limn::FailureWord;

namespace {

std::vector<limn::BuiltInFailureWord> all_words()
{
  std::vector<limn::BuiltInFailureWord> all;
  for (const auto part : limn::built_in_failure_words()) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

} // namespace

TEST_CASE("the built-in words are in lower case, not empty, and each stands there once")
{
  std::set<std::tuple<FailureWord::Where, std::string_view, int>> seen;
  for (const auto& word : all_words()) {
    CAPTURE(std::string(word.text));
    CHECK_FALSE(word.text.empty());
    CHECK(word.text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos);
    CHECK(seen.emplace(word.where, word.text, word.http_status).second);
    CHECK(limn::to_string(word.failure_class) != "internal");
  }
}

TEST_CASE("no word is hidden by an earlier one of another class")
{
  const auto words = all_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t later = i + 1; later < words.size(); ++later) {
      const auto& first = words[i];
      const auto& second = words[later];
      if (first.where != second.where || first.failure_class == second.failure_class
          || (first.http_status != 0 && first.http_status != second.http_status)) {
        continue;
      }
      const bool is_hidden = first.where == FailureWord::Where::message
                               ? limn::contains_words(second.text, first.text)
                               : first.text == second.text;
      INFO(std::string(second.text) << " stands behind " << std::string(first.text));
      CHECK_FALSE(is_hidden);
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
