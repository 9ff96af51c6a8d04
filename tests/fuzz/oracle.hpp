// What the targets share: how an input is cut, and how a broken promise is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Also in release builds, where assert() is nothing.
#define LIMN_EXPECT(condition)                                                                     \
  ((condition) ? static_cast<void>(0) : ::limn::fuzz::broken(#condition, __FILE__, __LINE__))

namespace limn::fuzz {

[[noreturn]] inline void broken(const char* promise, const char* file, int line)
{
  std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, promise);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size)
{
  return {reinterpret_cast<const char*>(bytes), size};
}

// The same for the same input, so that a finding can be replayed; FNV-1a.
inline std::uint64_t number_of(std::string_view input)
{
  std::uint64_t number = 0xcbf29ce484222325;
  for (const char c : input) {
    number = (number ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return number;
}

using Pieces = std::vector<std::string_view>;

// Ways to cut `input` that differ from "not at all": every byte alone, and some that its bytes
// choose. No part of the input is spent on it, so that a corpus holds plain texts.
inline std::vector<Pieces> ways_to_cut(std::string_view input)
{
  constexpr std::size_t k_most_single_bytes = 4096;
  std::vector<Pieces> ways;
  if (input.size() <= k_most_single_bytes) {
    auto& single = ways.emplace_back();
    for (std::size_t at = 0; at < input.size(); ++at) {
      single.push_back(input.substr(at, 1));
    }
  }
  auto number = number_of(input);
  for (const std::size_t longest : {3, 40, 1000}) {
    auto& pieces = ways.emplace_back();
    for (std::size_t at = 0; at < input.size(); at += pieces.back().size()) {
      number = number * 6364136223846793005 + 1442695040888963407;
      pieces.push_back(input.substr(at, 1 + (number >> 33) % longest));
    }
  }
  return ways;
}

// Gives every piece in memory of its own, so that a sanitizer sees a read behind its end.
template <typename Feed>
void feed_each(const Pieces& pieces, Feed&& feed)
{
  for (const auto piece : pieces) {
    const std::unique_ptr<char[]> copy(new char[piece.size()]);
    piece.copy(copy.get(), piece.size());
    feed(std::string_view(copy.get(), piece.size()));
  }
}

// Takes the part in front of the next line "%%%" off the input: all of it if there is none.
inline std::string_view take_part(std::string_view& input)
{
  constexpr std::string_view k_divider = "%%%\n";
  auto at = input.find(k_divider);
  while (at != std::string_view::npos && at != 0 && input[at - 1] != '\n') {
    at = input.find(k_divider, at + 1);
  }
  const auto part = input.substr(0, at);
  input = at == std::string_view::npos ? std::string_view() : input.substr(at + k_divider.size());
  return part;
}

inline std::string_view take_line(std::string_view& text)
{
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

// Well-formed UTF-8 without control characters, C1 included. Written apart from the product's own.
inline bool is_safe_to_show(std::string_view text)
{
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = static_cast<unsigned char>(text[i]);
    const int more = lead < 0x80 ? 0 : lead < 0xC0 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (more < 0 || lead > 0xF4 || i + static_cast<std::size_t>(more) >= text.size()) {
      return false;
    }
    unsigned value = more == 0 ? lead : lead & (0x3FU >> more);
    for (int k = 1; k <= more; ++k) {
      const unsigned next = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      if ((next & 0xC0U) != 0x80U) {
        return false;
      }
      value = value << 6U | (next & 0x3FU);
    }
    constexpr unsigned k_smallest[] = {0, 0x80, 0x800, 0x10000};
    if (value < k_smallest[more] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)
        || value < 0x20 || (value >= 0x7F && value <= 0x9F)) {
      return false;
    }
    i += static_cast<std::size_t>(more) + 1;
  }
  return true;
}

} // namespace limn::fuzz

// What libFuzzer and replay.cpp call. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
