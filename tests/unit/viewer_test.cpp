#include "viewer/decode.hpp"
#include "viewer/encode_png.hpp"
#include "viewer/order.hpp"
#include "viewer/question.hpp"
#include "viewer/shrink.hpp"
#include "viewer/small_jpeg.hpp"

#include <doctest/doctest.h>
#include <jpeglib.h>
#include <webp/encode.h>

#include <algorithm>
#include <cstdio> // which jpeglib.h wants before it
#include <cstdlib>
#include <string>
#include <vector>

using namespace limn;
using namespace limn::viewer;

namespace {

Order order_of(Way way, Size room, std::optional<Size> cell)
{
  return {way, room, cell, Way::none};
}

// Red grows to the right, green downwards.
Raster gradient(Size size)
{
  Raster raster;
  raster.size = size;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      raster.pixels.insert(raster.pixels.end(),
                           {static_cast<std::uint8_t>(x * 255 / size.width),
                            static_cast<std::uint8_t>(y * 255 / size.height), 7, 255});
    }
  }
  return raster;
}

Result<Raster> decoded(const std::string& file, Size to)
{
  return decode(std::as_bytes(std::span(file)), [to](Size) { return to; });
}

} // namespace

TEST_CASE("a picture fits into its room in its own shape, and is never more than its own pixels")
{
  constexpr Size k_cell{10, 20};
  struct Row {
    std::string_view what;
    Order order;
    Size picture;
    Size target;
    Size cells;
  };
  const Row rows[] = {
    {"a square", order_of(Way::kitty, {80, 12}, k_cell), {1024, 1024}, {240, 240}, {24, 12}},
    {"a wide one", order_of(Way::kitty, {80, 12}, k_cell), {2048, 256}, {800, 100}, {80, 5}},
    {"a high one", order_of(Way::iterm2, {80, 12}, k_cell), {100, 1000}, {24, 240}, {3, 12}},
    {"a small one", order_of(Way::kitty, {80, 12}, k_cell), {64, 48}, {64, 48}, {7, 3}},
    {"a line", order_of(Way::kitty, {80, 12}, k_cell), {60000, 1}, {800, 1}, {80, 1}},
    {"cells of unknown size",
     order_of(Way::kitty, {80, 12}, {}),
     {1024, 1024},
     {240, 240},
     {24, 12}},
    {"sixels are six high",
     order_of(Way::sixel, {80, 25}, k_cell),
     {1024, 1024},
     {498, 498},
     {50, 25}},
    {"blocks", order_of(Way::blocks, {80, 12}, k_cell), {1024, 1024}, {192, 96}, {24, 12}},
    {"blocks of a small one", order_of(Way::blocks, {80, 12}, k_cell), {8, 8}, {8, 8}, {8, 4}},
    {"blocks of a line", order_of(Way::blocks_256, {80, 12}, k_cell), {5000, 2}, {640, 2}, {80, 1}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(target_size(row.order, row.picture) == row.target);
    CHECK(cells_of(row.order, row.picture) == row.cells);
  }
}

TEST_CASE("what limn-view is told is understood, or nothing is done")
{
  const auto read = [](std::vector<const char*> words) { return read_order(words); };
  const auto order = read({"ask", "80x12", "10x20", "blocks-256"});
  REQUIRE(order);
  CHECK(order->way == Way::ask);
  CHECK(order->room == Size{80, 12});
  CHECK(order->cell == Size{10, 20});
  CHECK(order->otherwise == Way::blocks_256);
  CHECK(read({"kitty", "80x12", "-", "none"}));
  for (const auto& words :
       std::vector<std::vector<const char*>>{{},
                                             {"kitty", "80x12", "-"},
                                             {"kitty", "80x12", "-", "none", "more"},
                                             {"x", "80x12", "-", "none"},
                                             {"kitty", "80", "-", "none"},
                                             {"kitty", "80x12", "0x0", "none"},
                                             {"kitty", "99999x99999", "-", "none"},
                                             {"kitty", "80x12", "9999x9999", "none"},
                                             {"ask", "80x12", "-", "ask"}}) {
    CHECK_FALSE(read(words));
  }
}

TEST_CASE("a pixel is the mean of those it stands for, and what is transparent has no colour")
{
  Shrink shrink({3, 2}, {2, 1}); // the first column alone, then two
  const std::vector<std::uint8_t> first{10, 0, 0, 255, 100, 0, 0, 255, 200, 9, 9, 0};
  const std::vector<std::uint8_t> second{30, 0, 0, 255, 100, 0, 0, 255, 50, 9, 9, 0};
  shrink.add(first.data());
  CHECK_FALSE(shrink.is_complete());
  shrink.add(second.data());
  CHECK(shrink.is_complete());
  const auto raster = shrink.take();
  CHECK(raster.size == Size{2, 1});
  CHECK_FALSE(raster.is_opaque);
  CHECK(raster.pixels == std::vector<std::uint8_t>{20, 0, 0, 255, 100, 0, 0, 128});
}

TEST_CASE("a PNG comes back as it was, or smaller; what is cut, changed or too large does not")
{
  const auto picture = gradient({40, 30});
  const auto file = encode_png(picture);
  const auto same = decoded(file, {40, 30});
  REQUIRE(same);
  CHECK(same->pixels == picture.pixels);
  CHECK(same->is_opaque);
  const auto small = decoded(file, {4, 3});
  REQUIRE(small);
  CHECK(small->size == Size{4, 3});
  for (std::size_t size = 0; size + 12 < file.size(); size += 7) {
    CHECK_FALSE(decoded(file.substr(0, size), {4, 3}));
  }
  auto changed = file;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
  CHECK_FALSE(decoded(changed, {4, 3}));
  for (const auto* nothing :
       {"", "GIF89a", "\xff\xd8\xff\xe0", "RIFF\x10\0\0\0WEBPVP8 ", "<svg/>"}) {
    CHECK_FALSE(decoded(nothing, {1, 1}));
  }
}

TEST_CASE("what a terminal answers is told from what somebody types meanwhile")
{
  struct Row {
    std::string_view bytes;
    bool is_whole;
    Way way;
    std::string_view typed;
  };
  const Row rows[] = {
    {"\x1b[?62;22c", true, Way::none, ""},
    {"\x1b[?62;4;22c", true, Way::sixel, ""},
    {"\x1b[?62;4c", true, Way::sixel, ""},
    {"\x1b[?64;1;24;44c", true, Way::none, ""},
    {"\x1b[?4c", true, Way::none, ""}, // a VT132
    {"\x1b_Gi=31;OK\x1b\\\x1b[?62c", true, Way::kitty, ""},
    {"\x1b_Gi=31;EINVAL:no\x1b\\\x1b[?62;4c", true, Way::sixel, ""},
    {"\x1b_Gi=31;OK\x1b\\", false, Way::kitty, ""},
    {"ls\x1b_Gi=31;OK\x1b\\-l\x1b[?62cx\n", true, Way::kitty, "ls-lx\n"},
    {"\x1b[A\x1b[?62;4c", true, Way::sixel, "\x1b[A"}, // an arrow
    {"\x1b[?25h\x1b[?1;4c", true, Way::sixel, "\x1b[?25h"},
    {"abc", false, Way::none, "abc"},
    {"", false, Way::none, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    Answer at_once;
    at_once.add(row.bytes);
    Answer in_pieces;
    for (const char byte : row.bytes) {
      in_pieces.add({&byte, 1});
    }
    for (const auto& answer : {at_once, in_pieces}) {
      CHECK(answer.is_whole() == row.is_whole);
      CHECK(answer.way() == row.way);
      CHECK(answer.typed() == row.typed);
    }
  }
}

namespace {

// So that libjpeg and libwebp decode what they have drawn themselves.
std::string jpeg_of(const Raster& raster)
{
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(raster.size.width);
  jpeg.image_height = static_cast<JDIMENSION>(raster.size.height);
  jpeg.input_components = 4;
  jpeg.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  for (std::size_t y = 0; y < static_cast<std::size_t>(raster.size.height); ++y) {
    auto* row = const_cast<unsigned char*>(
      &raster.pixels[y * static_cast<std::size_t>(raster.size.width) * k_channels]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  jpeg_destroy_compress(&jpeg);
  return file;
}

std::string webp_of(const Raster& raster)
{
  std::uint8_t* bytes = nullptr;
  const auto size = WebPEncodeRGBA(raster.pixels.data(), raster.size.width, raster.size.height,
                                   raster.size.width * static_cast<int>(k_channels), 95, &bytes);
  std::string file(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return file;
}

// Of a channel, at the worst of all pixels.
int largest_difference(const Raster& one, const Raster& other)
{
  int largest = 0;
  for (std::size_t i = 0; i < one.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(int{one.pixels[i]} - int{other.pixels[i]}));
  }
  return largest;
}

} // namespace

TEST_CASE("a JPEG and a WebP are made as small as a PNG of the same picture, and look the same")
{
  const auto picture = gradient({640, 480});
  const auto png = encode_png(picture);
  struct Row {
    std::string_view what;
    std::string file;
  };
  for (const auto& row : {Row{"jpeg", jpeg_of(picture)}, Row{"webp", webp_of(picture)}}) {
    CAPTURE(row.what);
    for (const Size size :
         {Size{640, 480}, Size{400, 300}, Size{100, 75}, Size{33, 21}, Size{1, 1}}) {
      CAPTURE(to_string(size));
      const auto shown = decoded(row.file, size);
      const auto wanted = decoded(png, size);
      REQUIRE(shown);
      REQUIRE(wanted);
      CHECK(shown->size == size);
      CHECK(shown->is_opaque);
      CHECK(largest_difference(*shown, *wanted) <= 8);
    }
    for (const auto part : {4U, 3U, 2U}) {
      CHECK_FALSE(decoded(row.file.substr(0, row.file.size() * (part - 1) / part), {64, 48}));
    }
  }
}

namespace {

constexpr SmallJpegOrder k_small{{768, 768}, 199'999};

Result<std::string> small(const std::string& file, const SmallJpegOrder& order = k_small)
{
  return small_jpeg(std::as_bytes(std::span(file)), order);
}

// Of its own size.
Raster shown(const std::string& file)
{
  const auto raster = decode(std::as_bytes(std::span(file)), [](Size size) { return size; });
  REQUIRE(raster);
  return *raster;
}

// Of which no JPEG is small.
Raster noise(Size size)
{
  Raster raster;
  raster.size = size;
  std::uint32_t state = 1;
  for (int i = 0; i < size.width * size.height; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      state = state * 1664525U + 1013904223U;
      raster.pixels.push_back(static_cast<std::uint8_t>(state >> 24U));
    }
    raster.pixels.push_back(255);
  }
  return raster;
}

} // namespace

TEST_CASE(
  "a small JPEG of a picture fits into its room, looks the same and is never larger than it")
{
  struct Row {
    std::string_view what;
    Size picture;
    Size made;
  };
  for (const auto& row :
       {Row{"a square", {1024, 1024}, {768, 768}}, Row{"a wide one", {1600, 400}, {768, 192}},
        Row{"a high one", {100, 1000}, {77, 768}}, Row{"a small one", {64, 48}, {64, 48}},
        Row{"a line", {3000, 1}, {768, 1}}, Row{"a dot", {1, 1}, {1, 1}}}) {
    const auto picture = gradient(row.picture);
    for (const auto& file : {encode_png(picture), jpeg_of(picture), webp_of(picture)}) {
      CAPTURE(row.what);
      const auto jpeg = small(file);
      REQUIRE(jpeg);
      CHECK(jpeg->size() < 200'000);
      CHECK(jpeg->starts_with("\xff\xd8\xff"));
      const auto raster = shown(*jpeg);
      CHECK(raster.size == row.made);
      const auto wanted = decoded(encode_png(picture), row.made);
      REQUIRE(wanted);
      CHECK(largest_difference(raster, *wanted) <= 16);
    }
  }
}

TEST_CASE("what would take too many bytes is made worse, and then smaller, until it does not")
{
  const auto file = encode_png(noise({900, 900}));
  std::vector<Size> sizes;
  for (const std::size_t most : {199'999U, 149'999U, 20'000U, 4'096U}) {
    CAPTURE(most);
    const auto jpeg = small(file, {{768, 768}, most});
    REQUIRE(jpeg);
    CHECK(jpeg->size() <= most);
    sizes.push_back(shown(*jpeg).size);
  }
  CHECK(sizes.back().width < 200);
  CHECK(sizes.back().width == sizes.back().height);
}

TEST_CASE("what is transparent lies on white")
{
  auto picture = gradient({64, 64});
  for (std::size_t i = 3; i < picture.pixels.size(); i += k_channels) {
    picture.pixels[i] = 0;
  }
  picture.is_opaque = false;
  const auto jpeg = small(encode_png(picture));
  REQUIRE(jpeg);
  const auto raster = shown(*jpeg);
  CHECK(std::all_of(raster.pixels.begin(), raster.pixels.end(),
                    [](std::uint8_t v) { return v >= 252; }));
}

TEST_CASE("of what is damaged, or of another format, there is no small JPEG, and why is said")
{
  const auto png = encode_png(gradient({64, 64}));
  struct Row {
    std::string file;
    std::string_view word;
  };
  for (const auto& row : {Row{png.substr(0, png.size() / 2), "damaged"}, Row{"GIF89a\1\1", "gif"},
                          Row{"", "no format"},
                          Row{std::string("\0\0\0\x1c"
                                          "ftypavif\0\0\0\0avifmif1",
                                          24),
                              "avif"},
                          Row{std::string("\0\0\0\x1c"
                                          "ftypheic\0\0\0\0heicmif1",
                                          24),
                              "heic"}}) {
    CAPTURE(row.word);
    const auto jpeg = small(row.file);
    REQUIRE_FALSE(jpeg);
    CHECK(jpeg.error().message.find(row.word) != std::string::npos);
  }
}

TEST_CASE("an order of a small JPEG that makes no sense is none")
{
  const auto read = [](std::vector<const char*> words) { return read_small_jpeg_order(words); };
  const auto order = read({"jpeg", "768x512", "199999"});
  REQUIRE(order);
  CHECK(order->room == Size{768, 512});
  CHECK(order->most_bytes == 199'999);
  for (const auto& words :
       std::vector<std::vector<const char*>>{{},
                                             {"jpeg"},
                                             {"jpeg", "768x768"},
                                             {"png", "768x768", "199999"},
                                             {"jpeg", "768", "199999"},
                                             {"jpeg", "9999x768", "199999"},
                                             {"jpeg", "768x768", "100"},
                                             {"jpeg", "768x768", "-1"},
                                             {"jpeg", "768x768", "199999x"},
                                             {"jpeg", "768x768", "99999999999999999999"},
                                             {"jpeg", "768x768", "199999", "-"}}) {
    CHECK_FALSE(read(words));
  }
}
