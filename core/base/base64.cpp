#include "base/base64.hpp"

#include "base/base64_bulk.hpp"

#include <array>
#include <string_view>

namespace limn {
namespace {

constexpr std::string_view k_alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Above the 24 bits of a group, so that it survives a bitwise or of four entries.
constexpr std::uint32_t k_foreign = 1U << 24;

using Table = std::array<std::uint32_t, 256>;

// The value of each character of either alphabet, moved to its place in the group.
constexpr Table table_at(int shift)
{
  Table table{};
  table.fill(k_foreign);
  for (std::size_t value = 0; value < k_alphabet.size(); ++value) {
    table[static_cast<unsigned char>(k_alphabet[value])] = static_cast<std::uint32_t>(value)
                                                           << shift;
  }
  table['-'] = table['+'];
  table['_'] = table['/'];
  return table;
}

// One table for each place spares the shifts.
constexpr std::array<Table, 4> k_tables = {table_at(18), table_at(12), table_at(6), table_at(0)};

constexpr std::uint32_t value_of(unsigned char character)
{
  return k_tables[3][character];
}

std::uint32_t group_of(const char* characters)
{
  const auto* c = reinterpret_cast<const unsigned char*>(characters);
  return k_tables[0][c[0]] | k_tables[1][c[1]] | k_tables[2][c[2]] | k_tables[3][c[3]];
}

void store_group(std::uint32_t group, std::byte* output)
{
  output[0] = static_cast<std::byte>(group >> 16);
  output[1] = static_cast<std::byte>(group >> 8);
  output[2] = static_cast<std::byte>(group);
}

bool is_skipped(unsigned char byte, Base64Decoder::Skip skip)
{
  if (byte == '\n' || byte == '\r') {
    return true;
  }
  return skip == Base64Decoder::Skip::white_space
         && (byte == ' ' || byte == '\t' || byte == '\f' || byte == '\v');
}

Base64Decoder::Bulk fastest_bulk()
{
  static const Base64Decoder::Bulk fastest = [] {
    const auto avx2 = base64_bulk_avx2();
    return avx2 ? avx2 : &base64_bulk_scalar;
  }();
  return fastest;
}

Base64EncodeBulk fastest_encoder()
{
  static const Base64EncodeBulk fastest = base64_encode_bulk_avx2();
  return fastest;
}

} // namespace

Base64Decoder::Base64Decoder(Skip skip) : Base64Decoder(skip, fastest_bulk()) {}

Base64Decoder::Base64Decoder(Skip skip, Bulk bulk) : m_skip(skip), m_bulk(bulk) {}

Base64Decoder::Progress Base64Decoder::feed(std::span<const char> input,
                                            std::span<std::byte> output)
{
  std::size_t consumed = 0;
  std::byte* out = output.data();
  while (consumed < input.size()) {
    if (m_pending == 0 && m_padding == 0) {
      const auto bulk = m_bulk(input.subspan(consumed), out);
      consumed += bulk.consumed;
      out += bulk.produced;
      if (consumed == input.size()) {
        break;
      }
    }
    if (!take(static_cast<unsigned char>(input[consumed]), out)) {
      break;
    }
    ++consumed;
  }
  return {consumed, static_cast<std::size_t>(out - output.data())};
}

Base64Decoder::End Base64Decoder::finish(std::span<std::byte> output)
{
  End end;
  if (m_pending >= 2) {
    const std::uint32_t group = m_bits << (6 * (4 - m_pending));
    end.produced = static_cast<std::size_t>(m_pending) - 1;
    for (std::size_t i = 0; i < end.produced; ++i) {
      output[i] = static_cast<std::byte>(group >> (16 - 8 * i));
    }
  }
  end.whole = m_pending != 1 && (m_padding == 0 || (m_pending != 0 && m_pending + m_padding == 4));
  m_bits = 0;
  m_pending = 0;
  m_padding = 0;
  return end;
}

// One byte, with everything that a bulk does not know; false if it cannot go on with the text.
bool Base64Decoder::take(unsigned char byte, std::byte*& out)
{
  if (byte == '=') {
    m_padding = m_padding < 4 ? m_padding + 1 : m_padding;
    return true;
  }
  const auto value = value_of(byte);
  if (value == k_foreign) {
    return is_skipped(byte, m_skip);
  }
  if (m_padding != 0) {
    return false;
  }
  m_bits = m_bits << 6 | value;
  if (++m_pending == 4) {
    store_group(m_bits, out);
    out += 3;
    m_bits = 0;
    m_pending = 0;
  }
  return true;
}

Base64Decoder::Progress base64_bulk_scalar(std::span<const char> input, std::byte* output)
{
  const char* in = input.data();
  const char* const end = in + input.size();
  std::byte* out = output;
  for (; end - in >= 8; in += 8, out += 6) {
    const auto first = group_of(in);
    const auto second = group_of(in + 4);
    if (((first | second) & k_foreign) != 0) {
      break;
    }
    store_group(first, out);
    store_group(second, out + 3);
  }
  for (; end - in >= 4; in += 4, out += 3) {
    const auto group = group_of(in);
    if ((group & k_foreign) != 0) {
      break;
    }
    store_group(group, out);
  }
  return {static_cast<std::size_t>(in - input.data()), static_cast<std::size_t>(out - output)};
}

std::string base64_encode(std::span<const std::byte> bytes)
{
  std::string text;
  base64_append(text, bytes);
  return text;
}

void base64_append(std::string& text, std::span<const std::byte> bytes)
{
  const auto before = text.size();
  text.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  const auto bulk = fastest_encoder();
  std::size_t i = bulk ? bulk(bytes, text.data() + before) : 0;
  char* out = text.data() + before + i / 3 * 4;
  for (; bytes.size() - i >= 3; i += 3) {
    const auto group = std::to_integer<std::uint32_t>(bytes[i]) << 16
                       | std::to_integer<std::uint32_t>(bytes[i + 1]) << 8
                       | std::to_integer<std::uint32_t>(bytes[i + 2]);
    *out++ = k_alphabet[group >> 18];
    *out++ = k_alphabet[group >> 12 & 63];
    *out++ = k_alphabet[group >> 6 & 63];
    *out++ = k_alphabet[group & 63];
  }
  if (i < bytes.size()) {
    const bool two_left = bytes.size() - i == 2;
    const auto group = std::to_integer<std::uint32_t>(bytes[i]) << 16
                       | (two_left ? std::to_integer<std::uint32_t>(bytes[i + 1]) << 8 : 0);
    *out++ = k_alphabet[group >> 18];
    *out++ = k_alphabet[group >> 12 & 63];
    if (two_left) {
      *out++ = k_alphabet[group >> 6 & 63];
    }
  }
}

} // namespace limn
