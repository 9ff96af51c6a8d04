#include "base/base64_bulk.hpp"

#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

namespace limn {
namespace {

// ASCII is kind: the high nibble of a character says which range it is in ('0'-'9', 'A'-'O', ...).
// So two look-ups of 16 entries each tell whether a character is base64, and one more tells what
// to add to it to get its value.
using Nibbles = std::array<std::uint8_t, 16>;

constexpr std::string_view k_characters =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

// For each low nibble, the high nibbles with which it makes a character of either alphabet: bit h
// for high nibble h.
constexpr Nibbles k_high_nibbles_by_low = [] {
  Nibbles table{};
  for (const char character : k_characters) {
    table[character & 15] =
      static_cast<std::uint8_t>(table[character & 15] | 1 << (character >> 4));
  }
  return table;
}();

// For each high nibble, its bit in the table above.
constexpr Nibbles k_bit_by_high = {1, 2, 4, 8, 16, 32, 64, 128};

// By high nibble. The four characters that do not follow their range have entries of their own.
constexpr int k_dash_entry = 0;  // where '-' gets by subtracting 2
constexpr int k_slash_entry = 1; // where '/' gets by subtracting 1
constexpr int k_low_line_entry = 5 + 8;

constexpr Nibbles k_distance = [] {
  Nibbles table{};
  const auto set = [&table](int entry, int value, char character) {
    table[static_cast<std::size_t>(entry)] = static_cast<std::uint8_t>(value - character);
  };
  set(k_dash_entry, 62, '-');
  set(k_slash_entry, 63, '/');
  set('+' >> 4, 62, '+');
  set('0' >> 4, 52, '0');
  set('A' >> 4, 0, 'A');
  set('P' >> 4, 15, 'P');
  set('a' >> 4, 26, 'a');
  set('p' >> 4, 41, 'p');
  set(k_low_line_entry, 63, '_');
  return table;
}();

// The bytes of each group of four values lie in the wrong order for a little-endian register.
constexpr std::array<std::uint8_t, 16> k_byte_order = {2, 1,  0,  6,  5,   4,   10,  9,
                                                       8, 14, 13, 12, 255, 255, 255, 255};

constexpr std::size_t k_block = 32;

__attribute__((target("avx2"))) __m256i in_both_halves(const std::array<std::uint8_t, 16>& table)
{
  return _mm256_broadcastsi128_si256(
    _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

__attribute__((target("avx2"))) Base64Decoder::Progress bulk_avx2(std::span<const char> input,
                                                                  std::byte* output)
{
  const __m256i high_nibbles_by_low = in_both_halves(k_high_nibbles_by_low);
  const __m256i bit_by_high = in_both_halves(k_bit_by_high);
  const __m256i distance = in_both_halves(k_distance);
  const __m256i byte_order = in_both_halves(k_byte_order);
  const __m256i close_ranks = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);

  const char* in = input.data();
  const char* const end = in + input.size();
  std::byte* out = output;
  while (static_cast<std::size_t>(end - in) >= k_block) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(text, 4), _mm256_set1_epi8(15));

    // A shuffle looks at the low nibble, and gives 0 for bytes from 128 on, which is as wanted.
    const __m256i fits = _mm256_and_si256(_mm256_shuffle_epi8(high_nibbles_by_low, text),
                                          _mm256_shuffle_epi8(bit_by_high, high));
    const auto foreign = static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(fits, _mm256_setzero_si256())));

    // A comparison gives -1 for yes.
    const __m256i is_dash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('-'));
    const __m256i is_slash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/'));
    const __m256i is_low_line = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('_'));
    __m256i entry = _mm256_add_epi8(high, _mm256_add_epi8(is_dash, is_dash));
    entry = _mm256_add_epi8(entry, is_slash);
    entry = _mm256_or_si256(entry, _mm256_and_si256(is_low_line, _mm256_set1_epi8(8)));
    const __m256i values = _mm256_add_epi8(text, _mm256_shuffle_epi8(distance, entry));

    // Four values of 6 bits: first pairs of 12 bits, then groups of 24, then without the gaps.
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi16(1 << 8 | 64));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(1 << 16 | 4096));
    const __m256i bytes =
      _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, byte_order), close_ranks);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);

    if (foreign != 0) {
      // What stands before the foreign byte is good.
      const auto whole_groups = std::countr_zero(foreign) / 4;
      in += whole_groups * 4;
      out += whole_groups * 3;
      return {static_cast<std::size_t>(in - input.data()), static_cast<std::size_t>(out - output)};
    }
    in += k_block;
    out += k_block / 4 * 3;
  }
  const auto done = static_cast<std::size_t>(in - input.data());
  const auto rest = base64_bulk_scalar(input.subspan(done), out);
  return {done + rest.consumed, static_cast<std::size_t>(out - output) + rest.produced};
}

// Of each group of three bytes a, b and c: b, a, c, b, so that each pair of values of 6 bits lies
// in 16 bits of its own.
constexpr std::array<std::uint8_t, 16> k_spread = {1, 0, 2, 1, 4,  3, 5,  4,
                                                   7, 6, 8, 7, 10, 9, 11, 10};

// What to add to a value to get its character: by 0 for those up to 25, 1 for those up to 51, and
// from 2 on one for each of the others.
constexpr Nibbles k_to_character = [] {
  Nibbles table{};
  const auto set = [&table](std::size_t entry, int value, char character) {
    table[entry] = static_cast<std::uint8_t>(character - value);
  };
  set(0, 0, 'A');
  set(1, 26, 'a');
  for (std::size_t digit = 0; digit < 10; ++digit) {
    set(2 + digit, 52, '0');
  }
  set(12, 62, '+');
  set(13, 63, '/');
  return table;
}();

__attribute__((target("avx2"))) std::size_t encode_bulk_avx2(std::span<const std::byte> bytes,
                                                             char* output)
{
  constexpr std::size_t k_taken = 24;
  constexpr std::size_t k_looked_at = 28; // two loads of 16, the second from 12 on
  const __m256i spread = in_both_halves(k_spread);
  const __m256i to_character = in_both_halves(k_to_character);
  const auto* in = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= k_looked_at; left -= k_taken, in += k_taken, output += k_block) {
    const __m256i groups =
      _mm256_shuffle_epi8(_mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(in + 12),
                                              reinterpret_cast<const __m128i*>(in)),
                          spread);

    // Each multiplication moves two of the four values to their places.
    const __m256i first_and_third = _mm256_mulhi_epu16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
    const __m256i second_and_fourth = _mm256_mullo_epi16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
    const __m256i values = _mm256_or_si256(first_and_third, second_and_fourth);

    // A comparison gives -1 for yes.
    const __m256i is_behind_capitals = _mm256_cmpgt_epi8(values, _mm256_set1_epi8(25));
    const __m256i entry =
      _mm256_sub_epi8(_mm256_subs_epu8(values, _mm256_set1_epi8(51)), is_behind_capitals);
    const __m256i text = _mm256_add_epi8(values, _mm256_shuffle_epi8(to_character, entry));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), text);
  }
  return bytes.size() - left;
}

} // namespace

Base64EncodeBulk base64_encode_bulk_avx2()
{
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") ? &encode_bulk_avx2 : nullptr;
}

Base64Decoder::Bulk base64_bulk_avx2()
{
  __builtin_cpu_init(); // in case a constructor of a static object asks
  return __builtin_cpu_supports("avx2") ? &bulk_avx2 : nullptr;
}

} // namespace limn

#else

namespace limn {

Base64EncodeBulk base64_encode_bulk_avx2()
{
  return nullptr;
}

Base64Decoder::Bulk base64_bulk_avx2()
{
  return nullptr;
}

} // namespace limn

#endif
