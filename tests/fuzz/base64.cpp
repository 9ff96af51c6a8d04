// Both decoders, however the text is cut, give what a decoder of one character at a time gives.
#include "base/base64.hpp"

#include "base/base64_bulk.hpp"
#include "oracle.hpp"

using namespace limn;
using Skip = Base64Decoder::Skip;

namespace {

struct Decoded {
  std::string bytes;
  std::size_t consumed = 0;
  bool whole = false;

  bool operator==(const Decoded&) const = default;
};

std::string_view as_text(const std::vector<std::byte>& bytes, std::size_t size)
{
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

Decoded decode(const fuzz::Pieces& pieces, Skip skip, Base64Decoder::Bulk bulk)
{
  Decoded decoded;
  Base64Decoder decoder(skip, bulk);
  bool ended = false;
  fuzz::feed_each(pieces, [&](std::string_view piece) {
    if (ended) {
      return;
    }
    // No larger than promised, so that a sanitizer sees a write behind it.
    std::vector<std::byte> room(Base64Decoder::room_for(piece.size()));
    const auto progress = decoder.feed(std::span(piece.data(), piece.size()), room);
    LIMN_EXPECT(progress.consumed <= piece.size());
    LIMN_EXPECT(progress.produced <= room.size());
    decoded.bytes += as_text(room, progress.produced);
    decoded.consumed += progress.consumed;
    ended = progress.consumed < piece.size();
  });
  std::vector<std::byte> room(3);
  const auto end = decoder.finish(room);
  decoded.bytes += as_text(room, end.produced);
  decoded.whole = end.whole;
  return decoded;
}

Decoded decode_slowly(std::string_view text, Skip skip)
{
  constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view skipped = skip == Skip::white_space ? "\n\r \t\f\v" : "\n\r";
  Decoded decoded;
  std::vector<bool> bits;
  std::size_t padding = 0;
  for (; decoded.consumed < text.size(); ++decoded.consumed) {
    const char c = text[decoded.consumed];
    const auto value = k_alphabet.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (c == '=') {
      ++padding;
    } else if (value != std::string_view::npos && padding == 0) {
      for (int bit = 5; bit >= 0; --bit) {
        bits.push_back((value >> bit & 1U) != 0);
      }
    } else if (skipped.find(c) == std::string_view::npos) {
      break;
    }
  }
  for (std::size_t i = 0; i + 8 <= bits.size(); i += 8) {
    unsigned byte = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      byte = byte * 2 + (bits[i + k] ? 1 : 0);
    }
    decoded.bytes += static_cast<char>(byte);
  }
  const auto rest = bits.size() / 6 % 4;
  decoded.whole = rest != 1 && (padding == 0 || (rest != 0 && rest + padding == 4));
  return decoded;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto text = fuzz::text_of(bytes, size);
  auto ways = fuzz::ways_to_cut(text);
  ways.push_back({text});
  for (const auto skip : {Skip::white_space, Skip::line_breaks}) {
    const auto expected = decode_slowly(text, skip);
    for (const auto bulk : {Base64Decoder::Bulk(&base64_bulk_scalar), base64_bulk_avx2()}) {
      for (const auto& pieces : ways) {
        LIMN_EXPECT(bulk == nullptr || decode(pieces, skip, bulk) == expected);
      }
    }
  }
  const auto encoded = base64_encode(std::as_bytes(std::span(text)));
  const Decoded back{std::string(text), encoded.size(), true};
  LIMN_EXPECT(decode_slowly(encoded, Skip::line_breaks) == back);
  return 0;
}
