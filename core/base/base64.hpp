#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace limn {

// Decodes base64 as it streams in: standard and URL-safe alphabet (even mixed), with or without
// padding, with line breaks and blanks anywhere. Uses AVX2 where the processor has it, decided once
// at run time.
class Base64Decoder
{
public:
  // What is skipped wherever it stands. Inside prose a blank ends the text, a line break does not.
  enum class Skip { white_space, line_breaks };

  struct Progress {
    // Less than the input only if a byte stands there that cannot go on with the text: not base64
    // and not skipped, or base64 behind padding.
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  // Decodes whole groups of four characters up to the first group that has any other byte in it.
  // May write up to 32 bytes more than it produces. Those that exist are in base/base64_bulk.hpp.
  using Bulk = Progress (*)(std::span<const char> input, std::byte* output);

  explicit Base64Decoder(Skip skip = Skip::white_space);

  // With a given way to decode whole groups, so that tests can compare them.
  Base64Decoder(Skip skip, Bulk bulk);

  // How much room `feed` wants for `input_size` bytes: a little more than it will produce.
  static constexpr std::size_t room_for(std::size_t input_size)
  {
    return (input_size / 4 + 1) * 3 + 64;
  }

  // Decodes until the end of `input` or the first byte that cannot go on with the text. `output`
  // has at least room_for(input.size()).
  Progress feed(std::span<const char> input, std::span<std::byte> output);

  // Ends the text: decodes what is pending (at most 2 bytes) into `output`, which has room for 3,
  // and says whether what was consumed was whole: no lone last character, no wrong padding. Ready
  // for a new text afterwards.
  struct End {
    bool whole = false;
    std::size_t produced = 0;
  };
  End finish(std::span<std::byte> output);

private:
  bool take(unsigned char byte, std::byte*& out);

  Skip m_skip;
  Bulk m_bulk;
  std::uint32_t m_bits = 0; // pending characters, 6 bits each
  int m_pending = 0;        // how many: 0 to 3
  int m_padding = 0;        // '=' seen; counting stops where it is too many
};

// Standard alphabet, with padding.
std::string base64_encode(std::span<const std::byte> bytes);

// The same, behind what `text` has.
void base64_append(std::string& text, std::span<const std::byte> bytes);

} // namespace limn
