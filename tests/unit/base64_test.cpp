#include "base/base64.hpp"
#include "base/base64_bulk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bitset>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;

namespace {

using Skip = Base64Decoder::Skip;

struct Decoded {
  std::string bytes;
  std::size_t consumed = 0;
  bool whole = false;

  bool operator==(const Decoded&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Decoded& decoded)
{
  return out << decoded.bytes.size() << " bytes of " << decoded.consumed
             << (decoded.whole ? " (whole)" : " (not whole)");
}

// Slow and plain, and knows nothing of the other one.
Decoded reference_decode(std::string_view text, Skip skip = Skip::white_space)
{
  const std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  Decoded decoded;
  std::string bits;
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    const std::string_view skipped = skip == Skip::white_space ? " \t\r\n\f\v" : "\r\n";
    auto value = standard.find(c);
    value = value == std::string_view::npos ? url_safe.find(c) : value;
    if (c == '=') {
      ++padding;
    } else if (value != std::string_view::npos && padding == 0) {
      ++characters;
      for (int bit = 5; bit >= 0; --bit) {
        bits += (value >> bit & 1) != 0 ? '1' : '0';
      }
    } else if (skipped.find(c) == std::string_view::npos) {
      break;
    }
    ++decoded.consumed;
  }
  for (std::size_t i = 0; i + 8 <= bits.size(); i += 8) {
    decoded.bytes += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
  }
  const auto rest = characters % 4;
  decoded.whole = rest == 0 ? padding == 0 : rest != 1 && (padding == 0 || padding == 4 - rest);
  return decoded;
}

void append(std::string& to, const std::vector<std::byte>& bytes, std::size_t size)
{
  REQUIRE(size <= bytes.size());
  to.append(reinterpret_cast<const char*>(bytes.data()), size);
}

// Decodes `pieces` one after the other until one is not consumed to its end. The room is exactly
// what the contract asks for, so that a sanitizer sees a byte too many.
Decoded decode(const std::vector<std::string_view>& pieces, Base64Decoder& decoder)
{
  Decoded decoded;
  for (const auto piece : pieces) {
    std::vector<std::byte> room(Base64Decoder::room_for(piece.size()));
    const auto progress = decoder.feed(piece, room);
    append(decoded.bytes, room, progress.produced);
    decoded.consumed += progress.consumed;
    if (progress.consumed != piece.size()) {
      break;
    }
  }
  std::vector<std::byte> room(3);
  const auto end = decoder.finish(room);
  append(decoded.bytes, room, end.produced);
  decoded.whole = end.whole;
  return decoded;
}

std::vector<Base64Decoder::Bulk> all_bulks()
{
  std::vector<Base64Decoder::Bulk> bulks = {&base64_bulk_scalar};
  if (const auto avx2 = base64_bulk_avx2()) {
    bulks.push_back(avx2);
  }
  return bulks;
}

void check_as_reference(std::string_view text, Skip skip = Skip::white_space)
{
  const auto expected = reference_decode(text, skip);
  for (const auto bulk : all_bulks()) {
    Base64Decoder decoder(skip, bulk);
    CHECK(decode({text}, decoder) == expected);
  }
}

std::string random_bytes(std::mt19937& random, std::size_t size)
{
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    byte = static_cast<char>(random());
  }
  return bytes;
}

std::string encoded(std::string_view bytes)
{
  return base64_encode(std::as_bytes(std::span(bytes)));
}

std::string url_safe(std::string text)
{
  for (auto& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

} // namespace

TEST_CASE("base64 text is decoded as RFC 4648 section 10 says")
{
  struct Row {
    std::string bytes;
    std::string text;
  };
  const std::vector<Row> vectors = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
  };
  for (const auto& row : vectors) {
    CAPTURE(row.text);
    CHECK(encoded(row.bytes) == row.text);
    Base64Decoder decoder;
    CHECK(decode({row.text}, decoder) == Decoded{row.bytes, row.text.size(), true});
  }
}

TEST_CASE("every byte value is base64, skipped or foreign wherever it stands in a block")
{
  for (int value = 0; value < 256; ++value) {
    for (const std::size_t at : {0U, 1U, 2U, 3U, 15U, 16U, 31U, 32U, 45U, 63U, 64U, 66U, 67U}) {
      std::string text(68, 'k');
      text[at] = static_cast<char>(value);
      CAPTURE(value);
      CAPTURE(at);
      check_as_reference(text, Skip::white_space);
      check_as_reference(text, Skip::line_breaks);
    }
  }
}

TEST_CASE("all bytes survive encoding and decoding, in either alphabet, with every tail")
{
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    const auto bytes = random_bytes(random, size);
    const auto text = encoded(bytes);
    auto mixed = url_safe(text);
    mixed.replace(0, mixed.size() / 2, text, 0, text.size() / 2);
    auto without_padding = text;
    without_padding.resize(text.find('=') == std::string::npos ? text.size() : text.find('='));
    for (const auto& variant :
         {text, url_safe(text), mixed, without_padding, url_safe(without_padding)}) {
      for (const auto bulk : all_bulks()) {
        CAPTURE(variant);
        Base64Decoder decoder(Skip::white_space, bulk);
        CHECK(decode({variant}, decoder) == Decoded{bytes, variant.size(), true});
      }
    }
  }
}

TEST_CASE("base64 is decoded alike wherever it is split")
{
  std::mt19937 random(11);
  std::string text = encoded(random_bytes(random, 161));
  for (std::size_t at = 50; at < text.size(); at += 51) {
    text.insert(at, at % 2 == 0 ? "\n" : " \r\n\t");
  }
  text += "\n";
  for (const auto& variant : {text, url_safe(text), text + "!rest", text + "QUJD"}) {
    const auto expected = reference_decode(variant);
    for (const auto bulk : all_bulks()) {
      for (std::size_t first = 0; first <= variant.size(); ++first) {
        for (std::size_t second = first; second <= variant.size(); second += 7) {
          const std::string_view view = variant;
          Base64Decoder decoder(Skip::white_space, bulk);
          REQUIRE(
            decode({view.substr(0, first), view.substr(first, second - first), view.substr(second)},
                   decoder)
            == expected);
        }
      }
    }
  }
}

TEST_CASE("wrong ends of base64 are told from right ones")
{
  struct Row {
    std::string text;
    Decoded expected;
  };
  const std::vector<Row> table = {
    {"QUJDR", {"ABC", 5, false}}, // a lone last character
    {"QQ=", {"A", 3, false}},     // half of the padding
    {"QQ===", {"A", 5, false}},   // too much of it
    {"QQ========", {"A", 10, false}},
    {"QUI==", {"AB", 5, false}},
    {"QUJD=", {"ABC", 5, false}}, // none was needed
    {"=", {"", 1, false}},
    {"Q===", {"", 4, false}},
    {"QQ==QUJD", {"A", 4, true}}, // a text behind the text
    {"QQ==\n QUJD", {"A", 6, true}},
    {"QQ= =", {"A", 5, true}}, // white space between and behind is no fault
    {"QQ==\r\n", {"A", 6, true}},
    {"QQ==,", {"A", 4, true}},
    {" \n ", {"", 3, true}},
    {"QU\"", {"A", 2, true}},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(reference_decode(row.text) == row.expected);
    check_as_reference(row.text);
  }
}

TEST_CASE("a blank ends base64 in prose, a line break does not")
{
  for (const auto bulk : all_bulks()) {
    Base64Decoder decoder(Skip::line_breaks, bulk);
    CHECK(decode({"QUJD\r\nREVG and more"}, decoder) == Decoded{"ABCDEF", 10, true});
    CHECK(decode({"QUJD\tREVG"}, decoder) == Decoded{"ABC", 4, true});
  }
}

TEST_CASE("bytes of any number and value are encoded as bit by bit")
{
  constexpr std::string_view k_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto encoded_slowly = [&](const std::string& bytes) {
    std::string bits;
    for (const char byte : bytes) {
      bits += std::bitset<8>(static_cast<unsigned char>(byte)).to_string();
    }
    bits.resize((bits.size() + 5) / 6 * 6, '0');
    std::string text;
    for (std::size_t at = 0; at < bits.size(); at += 6) {
      text += k_characters[std::bitset<6>(bits, at, 6).to_ulong()];
    }
    return text.append((4 - text.size() % 4) % 4, '=');
  };
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 400; ++size) {
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    CAPTURE(size);
    CHECK(base64_encode(std::as_bytes(std::span(bytes))) == encoded_slowly(bytes));
  }
  for (unsigned value = 0; value < 256; ++value) {
    const std::string bytes(60, static_cast<char>(value));
    CHECK(base64_encode(std::as_bytes(std::span(bytes))) == encoded_slowly(bytes));
  }
}

TEST_CASE("a decoder is ready for a new text after each end, also a wrong one")
{
  for (const auto* text : {"QUJDR", "QQ=", "QUJD=", "Q", "QQ==x"}) {
    Base64Decoder decoder;
    decode({text}, decoder);
    CHECK(decode({"QUJD"}, decoder) == Decoded{"ABC", 4, true});
  }
}

TEST_CASE("random text of mostly base64 is decoded as by the reference")
{
  std::mt19937 random(13);
  const std::string_view rare = "\n\r \t=!\"\\,.:@[`{\x80\xff";
  const std::string_view usual =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 400, '\0');
    const auto one_rare_in = 2 + random() % 200;
    for (auto& c : text) {
      c =
        random() % one_rare_in == 0 ? rare[random() % rare.size()] : usual[random() % usual.size()];
    }
    CAPTURE(text);
    check_as_reference(text, round % 2 == 0 ? Skip::white_space : Skip::line_breaks);
  }
}
