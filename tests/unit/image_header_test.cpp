#include "picture/image_header.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace std::string_literals;

namespace {

class Bytes : public ByteSource
{
public:
  explicit Bytes(std::string bytes) : m_bytes(std::move(bytes)) {}

  std::uint64_t size() const override { return m_bytes.size(); }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    REQUIRE(offset <= m_bytes.size());
    const auto count = std::min<std::size_t>(into.size(), m_bytes.size() - offset);
    std::memcpy(into.data(), m_bytes.data() + offset, count);
    bytes_read += count;
    return count;
  }

  mutable std::size_t bytes_read = 0;

private:
  std::string m_bytes;
};

std::string big(std::uint64_t value, int count)
{
  std::string bytes;
  for (int i = count - 1; i >= 0; --i) {
    bytes += static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

std::string little(std::uint64_t value, int count)
{
  auto bytes = big(value, count);
  std::ranges::reverse(bytes);
  return bytes;
}

// --- The smallest bytes that are an image of each format ---

std::string png_chunk(const std::string& type, const std::string& content)
{
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : type + content) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
  }
  return big(content.size(), 4) + type + content + big(~crc & 0xFFFFFFFF, 4);
}

std::string png(std::uint32_t width = 2048, std::uint32_t height = 1024, std::size_t pixels = 300)
{
  return "\x89PNG\r\n\x1A\n"s
         + png_chunk("IHDR", big(width, 4) + big(height, 4) + "\x08\x06\0\0\0"s)
         + png_chunk("IDAT", std::string(pixels, 'p')) + png_chunk("IEND", "");
}

std::string jpeg_segment(int marker, const std::string& content)
{
  return "\xFF" + big(static_cast<unsigned>(marker), 1) + big(content.size() + 2, 2) + content;
}

std::string jpeg_frame(int marker, int width, int height)
{
  return jpeg_segment(marker, "\x08" + big(static_cast<unsigned>(height), 2)
                                + big(static_cast<unsigned>(width), 2) + "\x01\x01\x11\0"s);
}

std::string jpeg_with(const std::string& segments, std::size_t pixels = 300)
{
  return "\xFF\xD8" + segments + jpeg_segment(0xDA, "\x01\x01\0\0\x3F\0"s)
         + std::string(pixels, 'p') + "\xFF\xD9";
}

std::string jpeg()
{
  // A thumbnail with a frame and an end marker of its own, inside of a segment.
  const auto thumbnail = jpeg_with(jpeg_frame(0xC0, 16, 9), 20);
  return jpeg_with(jpeg_segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s)
                   + jpeg_segment(0xE1, "Exif\0\0"s + thumbnail) + jpeg_segment(0xDB, "\0tables"s)
                   + jpeg_segment(0xC4, "\0tables"s) + jpeg_frame(0xC2, 1536, 1024));
}

std::string webp(const std::string& kind, const std::string& content)
{
  const auto chunk =
    kind + little(content.size(), 4) + content + std::string(content.size() % 2, '\0');
  return "RIFF" + little(chunk.size() + 4, 4) + "WEBP" + chunk;
}

std::string webp_lossy()
{
  return webp("VP8 ", "\x10\x20\0\x9D\x01\x2A"s + little(1024 | 1 << 14, 2)
                        + little(768 | 2 << 14, 2) + std::string(101, 'p'));
}

std::string webp_lossless()
{
  return webp("VP8L",
              "\x2F" + little((1024 - 1) | (16384 - 1) << 14 | 1 << 28, 4) + std::string(100, 'p'));
}

std::string webp_extended()
{
  return webp("VP8X", "\x10\0\0\0"s + little(1536 - 1, 3) + little(70000 - 1, 3) + "ALPH"
                        + little(4, 4) + "pppp");
}

std::string gif(const std::string& version = "GIF89a")
{
  return version + little(640, 2) + little(480, 2) + "\x80\0\0"s + "\0\0\0\xFF\xFF\xFF"s
         + "\x2C\0\0\0\0\x80\x02\xE0\x01\0\x02\x02\x44\x01\0\x3B"s;
}

std::string box(const std::string& type, const std::string& content)
{
  return big(content.size() + 8, 4) + type + content;
}

std::string ispe(std::uint32_t width, std::uint32_t height)
{
  return box("ispe", "\0\0\0\0"s + big(width, 4) + big(height, 4));
}

std::string avif_meta(const std::string& properties)
{
  return box("meta", "\0\0\0\0"s + box("hdlr", std::string(25, '\0'))
                       + box("pitm", std::string(6, '\0'))
                       + box("iprp", box("ipco", properties) + box("ipma", std::string(9, '\0'))));
}

const std::string k_avif_brand = box("ftyp", "avif\0\0\0\0avifmif1miaf"s);

std::string avif(const std::string& properties)
{
  return k_avif_brand + avif_meta(properties) + box("mdat", std::string(300, 'p'));
}

std::string avif()
{
  return avif(ispe(256, 128) + box("pixi", "\0\0\0\0\x03\x08\x08\x08"s) + ispe(2048, 1024));
}

std::string svg(const std::string& attributes)
{
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" " + attributes + "><path d=\"M0 0\"/></svg>\n";
}

// --- What is said about them ---

struct Said {
  bool image = false;
  ImageFormat format = ImageFormat::png;
  Size size;
  std::string message;
};

Said inspect(const std::string& bytes)
{
  const auto header = inspect_image(Bytes(bytes));
  if (!header) {
    CHECK(header.error().failure_class == FailureClass::bad_image);
    CHECK(header.error().message.find(std::to_string(bytes.size())) != std::string::npos);
    return {false, {}, {}, header.error().message};
  }
  return {true, header->format, header->size, {}};
}

void check_image(const std::string& bytes, ImageFormat format, Size size)
{
  const auto said = inspect(bytes);
  CAPTURE(said.message);
  REQUIRE(said.image);
  CHECK(said.format == format);
  CHECK(said.size == size);
}

void check_fault(const std::string& bytes, std::string_view words)
{
  const auto said = inspect(bytes);
  CAPTURE(said.message);
  CHECK_FALSE(said.image);
  CHECK(said.message.find(words) != std::string::npos);
}

std::vector<std::string> all_images()
{
  return {png(),           jpeg(), webp_lossy(), webp_lossless(),
          webp_extended(), gif(),  avif(),       svg("width='40' height='30'")};
}

} // namespace

TEST_CASE("format and dimensions come from the bytes of the image")
{
  check_image(png(), ImageFormat::png, {2048, 1024});
  check_image(png(1, 0x7FFFFFFF), ImageFormat::png, {1, 0x7FFFFFFF});
  check_image(jpeg(), ImageFormat::jpeg, {1536, 1024});
  check_image(webp_lossy(), ImageFormat::webp, {1024, 768});
  check_image(webp_lossless(), ImageFormat::webp, {1024, 16384});
  check_image(webp_extended(), ImageFormat::webp, {1536, 70000});
  check_image(gif(), ImageFormat::gif, {640, 480});
  check_image(gif("GIF87a"), ImageFormat::gif, {640, 480});
  check_image(avif(), ImageFormat::avif, {2048, 1024});
}

TEST_CASE("an image that is cut anywhere is no image")
{
  for (const auto& image : all_images()) {
    for (std::size_t size = 0; size < image.size(); ++size) {
      CAPTURE(image.substr(0, 12));
      CAPTURE(size);
      const auto said = inspect(image.substr(0, size));
      // A line break may be missing at the end, and the padding byte of the last box.
      const bool only_line_break = size + 1 == image.size() && image.ends_with("</svg>\n");
      CHECK(said.image == only_line_break);
    }
  }
}

TEST_CASE("the message tells a cut image from bytes that are none")
{
  const auto whole = png();
  check_fault("", "empty");
  check_fault(whole.substr(0, whole.size() - 1), "PNG image is cut");
  check_fault(jpeg().substr(0, 300), "JPEG image is cut");
  check_fault(gif().substr(0, 20), "GIF image is cut");
  check_fault(png(0, 5), "damaged");
  check_fault("{\"error\":\"no image today\"}", "known format");
  check_fault("<!DOCTYPE html><html><svg></svg></html>", "known format");
  check_fault("\x89PNG\r\n\x1A\r"s + whole.substr(8), "known format");
  check_fault("\xFF\xD8\xFE"s + jpeg().substr(3), "known format");
  check_fault("RIFF\x10\0\0\0WAVEfmt "s, "known format");
  check_fault("GIF88a" + gif().substr(6), "known format");
  check_fault(box("ftyp", "isom\0\0\0\0isommp42"s) + box("mdat", "film"), "known format");
  check_fault("BM" + std::string(100, '\0'), "known format");
  check_fault(std::string(100, '\0'), "known format");
}

TEST_CASE("garbage of up to 1 KB behind the end is tolerated")
{
  const auto garbage = std::string(1024, 'g');
  check_image(png() + garbage, ImageFormat::png, {2048, 1024});
  check_image(jpeg() + garbage, ImageFormat::jpeg, {1536, 1024});
  check_image(webp_lossy() + garbage, ImageFormat::webp, {1024, 768});
  check_image(avif() + garbage, ImageFormat::avif, {2048, 1024});
  check_image(gif() + "\r\n\0"s, ImageFormat::gif, {640, 480});
  check_fault(png() + garbage + "g", "cut");
  check_fault(jpeg() + garbage + "g", "cut");
  check_fault(avif() + garbage + "g", "cut");
}

TEST_CASE("a PNG needs its header in the first place and real dimensions")
{
  check_fault(png(0, 1), "damaged");
  check_fault(png(1, 0), "damaged");
  check_fault(png(0x80000000, 1), "damaged");
  auto wrong_type = png();
  wrong_type.replace(12, 4, "IDAT");
  check_fault(wrong_type, "damaged");
}

TEST_CASE("a PNG of which bytes are missing in the middle, or too many there, is damaged")
{
  const auto whole = png();
  constexpr std::size_t behind_header = 33;
  const auto rest = whole.size() - behind_header - 12;
  REQUIRE(rest > 1);
  check_fault(whole.substr(0, behind_header + 9) + whole.substr(behind_header + 10), "damaged");
  check_fault(whole.substr(0, behind_header + 9) + "x" + whole.substr(behind_header + 9),
              "damaged");
}

TEST_CASE("a JPEG is read through all that may stand before its frame")
{
  for (int marker = 0xC0; marker <= 0xCF; ++marker) {
    CAPTURE(marker);
    const auto image = jpeg_with(jpeg_frame(marker, 30, 20));
    if (marker == 0xC4 || marker == 0xC8 || marker == 0xCC) {
      check_fault(image, "damaged");
    } else {
      check_image(image, ImageFormat::jpeg, {30, 20});
    }
  }
  check_image(jpeg_with("\xFF\xFF" + jpeg_segment(0xFE, "comment") + "\xFF\x01\xFF\xD0"
                        + jpeg_frame(0xC0, 30, 20)),
              ImageFormat::jpeg, {30, 20});
  std::string profile; // 10 MB of it
  for (int i = 0; i < 160; ++i) {
    profile += jpeg_segment(0xE2, std::string(65533, 'c'));
  }
  check_image(jpeg_with(profile + jpeg_frame(0xC0, 30, 20)), ImageFormat::jpeg, {30, 20});
  check_image(jpeg_with(jpeg_frame(0xC0, 30, 0)), ImageFormat::jpeg, {0, 0});
  check_fault(jpeg_with(jpeg_frame(0xC0, 0, 20)), "damaged");
  check_fault(jpeg_with("\xFF\xE1\0\1"s + jpeg_frame(0xC0, 30, 20)), "damaged");
  check_fault(jpeg_with("\xFF\xE1\0\2garbage"s), "damaged");
}

TEST_CASE("a WebP needs a chunk that limn can read and that fits")
{
  check_fault(webp("VP9 ", std::string(40, 'p')), "damaged");
  check_fault(webp("VP8L", std::string(40, 'p')), "damaged");
  check_fault(webp("VP8 ", std::string(40, 'p')), "damaged");
  auto too_long_chunk = webp_lossy();
  too_long_chunk[17] = '\x7F';
  check_fault(too_long_chunk, "damaged");
}

TEST_CASE("AVIF and its siblings are known by any of their brands")
{
  const auto rest = avif_meta(ispe(64, 32)) + box("mdat", "pixels");
  for (const std::string brand : {"avif", "avis", "mif1", "heic", "heix", "hevc", "hevs", "msf1"}) {
    const auto format = brand.starts_with("he") ? ImageFormat::heic : ImageFormat::avif;
    check_image(box("ftyp", brand + "\0\0\0\0"s) + rest, format, {64, 32});
    check_image(box("ftyp", "xxxx\0\0\0\0miaf"s + brand) + rest, format, {64, 32});
    check_image(box("ftyp", "mif1\0\0\0\0miaf"s + brand) + rest, format, {64, 32});
  }
  check_image(box("ftyp", "mif1\0\0\0\0heicavif"s) + rest, ImageFormat::avif, {64, 32});
  check_fault(box("ftyp", "heic\0\0\0\0mif1heic"s), "HEIC image is cut");
  check_fault(box("ftyp", "xxxx\0\0\0\0"s) + "avif" + rest, "known format"); // behind the box
}

TEST_CASE("AVIF boxes of all shapes are read")
{
  const auto meta = avif_meta(ispe(64, 32));
  const auto long_box = big(1, 4) + "mdat" + big(16 + 300, 8) + std::string(300, 'p');
  check_image(k_avif_brand + meta + long_box, ImageFormat::avif, {64, 32});
  check_fault(k_avif_brand + meta + long_box.substr(0, 200), "cut");
  check_image(k_avif_brand + meta + big(0, 4) + "mdat" + "to the end", ImageFormat::avif, {64, 32});
  check_image(k_avif_brand + box("free", "") + box("mdat", "pixels") + meta, ImageFormat::avif,
              {64, 32});
  check_image(k_avif_brand + box("meta", "\0\0\0\0"s + box("idat", "pixels")), ImageFormat::avif,
              {0, 0});
  check_image(avif(ispe(64, 32) + ispe(32, 32)), ImageFormat::avif, {64, 32}); // largest counts
  check_image(avif(""), ImageFormat::avif, {0, 0});
  check_image(avif(ispe(0, 9)), ImageFormat::avif, {0, 0});
  check_fault(k_avif_brand + meta, "cut");
  check_image(avif(std::string(8, '\0') + ispe(64, 32)), ImageFormat::avif, {0, 0});
}

TEST_CASE("an SVG says its size in numbers or not at all")
{
  struct Row {
    std::string attributes;
    Size size;
  };
  const std::vector<Row> table = {
    {"width=\"40\" height=\"30\"", {40, 30}},
    {"height='30px' width = '40.4px'", {40, 30}},
    {"width=\" 40 \" height=\"30\" viewBox=\"0 0 4 3\"", {40, 30}},
    {"viewBox=\"0 0 400 300\"", {400, 300}},
    {"viewBox=\"-5,-5,1e2, 50.0\"", {100, 50}},
    {"width=\"100%\" height=\"100%\" viewBox=\"0 0 400 300\"", {400, 300}},
    {"width=\"4in\" height=\"3in\"", {0, 0}},
    {"width=\"auto\" height=\"\"", {0, 0}},
    {"width=\"40\"", {0, 0}},
    {"width=\"0\" height=\"10\"", {0, 0}},
    {"width=\"-4\" height=\"10\"", {0, 0}},
    {"width=\"1e300\" height=\"inf\"", {0, 0}},
    {"width=\"nan\" height=\"nan\"", {0, 0}},
    {"viewBox=\"0 0 400\"", {0, 0}},
    {"viewBox=\"none\"", {0, 0}},
    {"data-width=\"7\" stroke-width=\"8\" width=\"40\" height=\"30\"", {40, 30}},
    {"title=\"a > b\" width=\"40\" height=\"30\"", {40, 30}},
    {"", {0, 0}},
  };
  for (const auto& row : table) {
    CAPTURE(row.attributes);
    check_image(svg(row.attributes), ImageFormat::svg, row.size);
  }
}

TEST_CASE("an SVG is known behind all that may stand before its root")
{
  const auto root = svg("width=\"40\" height=\"30\"");
  for (const std::string before :
       {"\xEF\xBB\xBF", "\r\n \t", "<?xml version=\"1.0\"?>\n", "<!-- <svg> -->",
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://x/svg11.dtd\">",
        "<!DOCTYPE svg [ <!ENTITY a \"<b>\"> ] >",
        "\xEF\xBB\xBF<?xml version='1.0'?>\n<?xml-stylesheet href='a'?><!-- a --><!-- b -->\n"}) {
    CAPTURE(before);
    check_image(before + root, ImageFormat::svg, {40, 30});
  }
  check_image("<svg width='4' height='3'/>", ImageFormat::svg, {4, 3});
  check_image("<svg></svg\n>", ImageFormat::svg, {0, 0});
  check_image(root + "<!-- made by hand -->", ImageFormat::svg, {40, 30});
  check_image("<!--" + std::string(7000, 'c') + "-->" + root, ImageFormat::svg, {40, 30});
  check_fault("<svgs></svgs>", "known format");
  check_fault("<html>" + root, "known format");
  check_fault("Here it is: " + root, "known format");
  check_fault("<!-- no end" + root, "known format");
}

TEST_CASE("only the end tag of the root ends an SVG")
{
  check_fault("<svg><svg></svg><path/>", "SVG image is cut");
  check_fault("<svg><g><svg></svg></g>", "SVG image is cut");
  check_fault("<!-- </svg> --><svg><path/>", "SVG image is cut");
  check_fault("<!-- </svg> --><!-- b --><svg><path/>", "SVG image is cut");
  check_fault("<svg><path/></svg", "SVG image is cut");
}

TEST_CASE("a few KB are read of an image, however long it is")
{
  const std::vector<std::string> images = {
    png(10, 10, 5'000'000), jpeg_with(jpeg_frame(0xC0, 30, 20), 5'000'000),
    k_avif_brand + avif_meta(ispe(64, 32)) + box("mdat", std::string(5'000'000, 'p')),
    svg("d='" + std::string(5'000'000, 'd') + "'")};
  for (const auto& image : images) {
    const Bytes bytes(image);
    CHECK(inspect_image(bytes));
    CHECK(bytes.bytes_read < 32 * 1024);
  }

  // Nor of one that is made to be walked through for ever.
  std::string boxes = k_avif_brand;
  std::string fill = "\xFF\xD8\xFF";
  for (int i = 0; i < 100'000; ++i) {
    boxes += box("free", "");
    fill += "\xFF";
  }
  for (const auto& image : {boxes, fill}) {
    const Bytes bytes(image);
    CHECK_FALSE(inspect_image(bytes));
    CHECK(bytes.bytes_read < 32 * 1024);
  }
}

TEST_CASE("no change of bytes makes the inspection fail in any other way than by its result")
{
  std::mt19937 random(23);
  const auto images = all_images();
  for (int round = 0; round < 20000; ++round) {
    auto image = images[random() % images.size()];
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      const auto at = random() % std::min<std::size_t>(image.size(), random() % 2 == 0 ? 60 : 4000);
      switch (random() % 5) {
      case 0:
        image[at] = static_cast<char>(random());
        break;
      case 1:
        image[at] = random() % 2 == 0 ? '\0' : '\xFF';
        break;
      case 2:
        image.erase(at, random() % 9);
        break;
      case 3:
        image.insert(at, image.substr(random() % image.size(), random() % 40));
        break;
      default:
        image.resize(at + 1);
        break;
      }
      if (image.empty()) {
        image = "x";
      }
    }
    const auto header = inspect_image(Bytes(image));
    if (header) {
      REQUIRE(header->size.width >= 0);
      REQUIRE(header->size.height >= 0);
    } else {
      REQUIRE(header.error().failure_class == FailureClass::bad_image);
      REQUIRE_FALSE(header.error().message.empty());
    }
  }
}
