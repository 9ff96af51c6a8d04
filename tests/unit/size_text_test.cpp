#include "model/size_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

using namespace limn;

namespace {

// As it is sent; empty where it is refused.
std::string read(std::string_view text)
{
  const auto wish = read_size_text(text);
  if (!wish) {
    CHECK(wish.error().failure_class == FailureClass::usage);
    return {};
  }
  return wish->size;
}

} // namespace

TEST_CASE("a size is read as people write it")
{
  struct Row {
    std::string_view text;
    std::string_view size; // empty: refused
  };
  for (const auto& row : {
         Row{"1024x1024", "1024x1024"},
         Row{"1024X1536", "1024x1536"},
         Row{"1024*1024", "1024x1024"},
         Row{"1024\xc3\x97 768", "1024x768"},
         Row{"  1024 x 1024 ", "1024x1024"},
         Row{"1920x1080", "1920x1080"},
         Row{"1920x1080!", "1920x1080"},
         Row{"auto", "auto"},
         Row{"AUTO", "auto"},
         Row{"1:1", "1024x1024"},
         Row{"3:2", "1536x1024"},
         Row{"2:3", "1024x1536"},
         Row{"16:9", "1536x864"},
         Row{"9:16", "864x1536"},
         Row{"4:3", "1344x1008"},
         Row{"3:4", "1008x1344"},
         Row{"5:4", "1280x1024"},
         Row{"21:9", "1456x624"},
         Row{"3:1", "1536x512"},
         Row{"1:3", "512x1536"},
         Row{"2.39:1", "1456x608"},
         Row{"16 : 9", "1536x864"},
         Row{"square", "1024x1024"},
         Row{"Landscape", "1536x1024"},
         Row{"portrait", "1024x1536"},
         Row{"1K", "1024x1024"},
         Row{"2k", "2048x2048"},
         Row{"4K", "3840x2160"},
         Row{"2K 16:9", "2048x1152"},
         Row{"16:9@2K", "2048x1152"},
         Row{"16:9 @ 2k", "2048x1152"},
         Row{"4K portrait", "2160x3840"},
         Row{"2K landscape", "2048x1152"},
         Row{"landscape 2K", "2048x1152"},
         Row{"4K square", "2880x2880"},
         Row{"4K 1:1", "2880x2880"},
         Row{"4K 3:2", "3504x2336"},
         Row{"1K 3:2", "1536x1024"},
         Row{"", ""},
         Row{"big", ""},
         Row{"1024", ""},
         Row{"1024x", ""},
         Row{"0x10", ""},
         Row{"-1x5", ""},
         Row{"1e3x1024", ""},
         Row{"100000x1", ""},
         Row{"1024x1024x3", ""},
         Row{"4:1", ""},
         Row{"0:1", ""},
         Row{"16:", ""},
         Row{":9", ""},
         Row{"16:9!", ""},
         Row{"auto!", ""},
         Row{"3K", ""},
         Row{"2K 2K", ""},
         Row{"2K1:1", ""},
         Row{"2K @", "2048x2048"},
         Row{"2K auto", ""},
         Row{"2K 1024x1024", ""},
         Row{"nan:1", ""},
       }) {
    CAPTURE(row.text);
    CHECK(read(row.text) == row.size);
  }
  CHECK(read_size_text("1920x1080")->rules == SizeRules::checked);
  CHECK(read_size_text("1920x1080 !")->rules == SizeRules::waived);
  CHECK(read_size_text("4:1").error().message == "'4:1' is no size: a ratio is from 1:3 to 3:1");
}

TEST_CASE("each rule of gpt-image-2 has its sentence, and the nearest size keeps them all")
{
  struct Row {
    Size size;
    std::string_view broken; // a part of the sentence; empty: none
    std::string_view nearest;
  };
  for (const auto& row : {
         Row{{1024, 1024}, "", "1024x1024"},
         Row{{2048, 1024}, "", "2048x1024"},
         Row{{3840, 2160}, "", "3840x2160"},
         Row{{2880, 2880}, "", "2880x2880"},
         Row{{816, 816}, "", "816x816"},
         Row{{3072, 1024}, "", "3072x1024"},
         Row{{1024, 640}, "", "1024x640"}, // 655,360
         Row{{1920, 1080}, "multiples of 16", "1920x1088"},
         Row{{1792, 936}, "multiples of 16", "1792x944"},
         Row{{1024, 576}, "at least 655,360", "1088x608"},
         Row{{800, 800}, "at least 655,360", "816x816"},
         Row{{3840, 2880}, "at most 8,294,400", "3312x2496"},
         Row{{4096, 2304}, "longer than 3840", "3840x2160"},
         Row{{4096, 1024}, "longer than 3840", "3312x1104"},
         Row{{512, 2048}, "three times", "592x1776"},
         Row{{1, 1}, "multiples of 16", "816x816"},
       }) {
    CAPTURE(to_string(row.size));
    const auto broken = broken_size_rule(row.size);
    CHECK(broken.has_value() == !row.broken.empty());
    if (broken) {
      CHECK_MESSAGE(broken->find(row.broken) != std::string_view::npos, *broken);
    }
    CHECK(to_string(nearest_size(row.size)) == row.nearest);
    CHECK_FALSE(broken_size_rule(nearest_size(row.size)));
  }
}

TEST_CASE("every ratio in every resolution is a size of gpt-image-2, near to that ratio and no "
          "smaller than need be")
{
  struct Row {
    Resolution resolution;
    double longer; // of the box that it fits into
    double shorter;
  };
  constexpr double k_most_pixels = 8'294'400;
  for (const auto& row : {Row{Resolution::one_k, 1536, 1024}, Row{Resolution::two_k, 2048, 2048},
                          Row{Resolution::four_k, 3840, 3840}}) {
    for (int i = 0; i <= 4000; ++i) {
      const double ratio = 1 + 2.0 * i / 4000;
      const auto lying = size_of_ratio(ratio, 1, row.resolution);
      const auto standing = size_of_ratio(1, ratio, row.resolution);
      CAPTURE(ratio);
      CAPTURE(to_string(lying));
      REQUIRE_FALSE(broken_size_rule(lying));
      REQUIRE(standing == Size{lying.height, lying.width});
      const double drawn = static_cast<double>(lying.width) / lying.height;
      REQUIRE(std::abs(drawn / ratio - 1) < 0.016); // half a step of the shortest edge
      const double ideal =
        std::min({row.longer, row.shorter * ratio, std::sqrt(k_most_pixels * ratio)});
      REQUIRE(lying.width <= ideal + 1e-6);
      REQUIRE(lying.width >= ideal * 15 / 16);
      REQUIRE(lying.height <= row.shorter);
    }
  }
}

TEST_CASE("what are whole numbers on the label is met exactly")
{
  constexpr std::array<std::array<int, 2>, 9> k_labels{
    {{1, 1}, {5, 4}, {4, 3}, {3, 2}, {16, 9}, {2, 1}, {21, 9}, {5, 2}, {3, 1}}};
  for (const auto resolution : {Resolution::one_k, Resolution::two_k, Resolution::four_k}) {
    for (const auto& [width, height] : k_labels) {
      const auto size = size_of_ratio(width, height, resolution);
      CAPTURE(to_string(size));
      CHECK(size.width * height == size.height * width);
    }
  }
}
