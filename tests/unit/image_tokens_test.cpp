#include "price/image_tokens.hpp"

#include <doctest/doctest.h>

using namespace limn;
using enum TokenCount;

TEST_CASE("gpt-image-2 takes as many tokens as the image guide's calculator says")
{
  struct Row {
    std::string_view size;
    std::int64_t low;
    std::int64_t medium;
    std::int64_t high;
  };
  // Those of the calculator and of bills: 1024x1024 low and high, 1536x1024, 1024x640, 3072x1024,
  // 2560x1440, 3840x1280, 2048x2048, 3840x2160 high, 976x704 low. The others follow from them.
  const Row rows[] = {
    {"1024x1024", 196, 1756, 7024},  {"1024x640", 107, 956, 3824},
    {"816x816", 171, 1536, 6143},    {"976x704", 129, 1129, 4450},
    {"1536x1024", 158, 1372, 5488},  {"1024x1536", 158, 1372, 5488},
    {"1536x864", 120, 1078, 4312},   {"1280x720", 106, 947, 3787},
    {"1920x1088", 148, 1325, 5300},  {"2048x1152", 157, 1413, 5650},
    {"2560x1440", 205, 1843, 7370},  {"2048x2048", 397, 3568, 14272},
    {"2880x2880", 659, 5930, 23719}, {"3072x1024", 103, 988, 3952},
    {"3840x1280", 139, 1328, 5311},  {"3840x2160", 371, 3336, 13342},
  };
  for (const auto& row : rows) {
    CAPTURE(row.size);
    CHECK(drawn_tokens(gpt_image_2, row.size, "low") == row.low);
    CHECK(drawn_tokens(gpt_image_2, row.size, "medium") == row.medium);
    CHECK(drawn_tokens(gpt_image_2, row.size, "high") == row.high);
  }
}

TEST_CASE("older models take what their table says, and draw no other sizes")
{
  struct Row {
    std::string_view size;
    std::string_view quality;
    std::optional<std::int64_t> tokens;
  };
  const Row rows[] = {
    {"1024x1024", "low", 272},     {"1024x1536", "low", 408},     {"1536x1024", "low", 400},
    {"1024x1024", "medium", 1056}, {"1024x1536", "medium", 1584}, {"1536x1024", "medium", 1568},
    {"1024x1024", "high", 4160},   {"1024x1536", "high", 6240},   {"1536x1024", "high", 6208},
    {"2048x1024", "high", {}},     {"auto", "low", 408},          {"auto", "auto", 6240},
  };
  for (const auto& row : rows) {
    CAPTURE(row.size);
    CAPTURE(row.quality);
    CHECK(drawn_tokens(gpt_image_1, row.size, row.quality) == row.tokens);
  }
}

TEST_CASE("what is left open counts as the dearest")
{
  CHECK(drawn_tokens(gpt_image_2, "1024x1024", "auto") == 7024);
  CHECK(drawn_tokens(gpt_image_2, "1024x1024", "") == 7024);
  CHECK(drawn_tokens(gpt_image_2, "auto", "low") == 397);
  CHECK(drawn_tokens(gpt_image_2, "", "") == 14272);
  for (const std::string_view popular : {"1024x1024", "1536x1024", "1024x1536", "2048x2048",
                                         "2048x1152", "3840x2160", "2160x3840"}) {
    CAPTURE(popular);
    CHECK(*drawn_tokens(gpt_image_2, popular, "high") <= *drawn_tokens(gpt_image_2, "auto", ""));
  }
  CHECK(is_left_open(""));
  CHECK(is_left_open("auto"));
  CHECK_FALSE(is_left_open("low"));
}

TEST_CASE("tokens that nobody can count are not guessed")
{
  CHECK(!drawn_tokens(unknown, "1024x1024", "low"));
  CHECK(!drawn_tokens(unknown, "auto", "auto"));
  CHECK(!drawn_tokens(gpt_image_2, "1024x1024", "xhigh"));
  CHECK(!drawn_tokens(gpt_image_2, "1024x1024", "standard"));
  CHECK(!drawn_tokens(gpt_image_2, "large", "low"));
}

TEST_CASE("sizes at the edges of what can be asked for are counted without overflow")
{
  CHECK(drawn_tokens(gpt_image_2, "99999x99999", "high") == 23'044'148);
  CHECK(drawn_tokens(gpt_image_2, "99999x1", "low") == 0);
  CHECK(drawn_tokens(gpt_image_2, "1x1", "low") == 129);
}

TEST_CASE("images that go in are counted by tiles where that is how it is done")
{
  struct Row {
    TokenCount count;
    Size size;
    std::int64_t tokens;
  };
  const Row rows[] = {
    {gpt_image_1, {512, 512}, 65 + 129},
    {gpt_image_1, {100, 60}, 65 + 129},
    {gpt_image_1, {513, 300}, 65 + 2 * 129},
    {gpt_image_1, {1024, 1024}, 65 + 129},     // scaled to 512x512
    {gpt_image_1, {1536, 1024}, 65 + 2 * 129}, // to 768x512
    {gpt_image_1, {1024, 1536}, 65 + 2 * 129},
    {gpt_image_1, {4096, 1024}, 65 + 4 * 129}, // to 2048x512
    {gpt_image_1, {99999, 1}, 65 + 4 * 129},
    {gpt_image_1, {0, 0}, 65 + 4 * 129},
    {gpt_image_2, {64, 64}, 1536},
    {gpt_image_2, {3840, 2160}, 1536},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.size));
    CHECK(input_tokens(row.count, row.size) == row.tokens);
  }
}
