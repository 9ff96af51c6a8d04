#include "base/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace limn {

namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::string_view k_ellipsis = "\xE2\x80\xA6";    // U+2026
constexpr char32_t k_invalid = 0xFFFFFFFF;

struct Character {
  char32_t value = k_invalid;
  std::size_t size = 1; // bytes; if invalid, those that one U+FFFD stands for
};

bool is_continuation(char c)
{
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Reads the character in front of `text`, which is not empty. Overlong forms, surrogates and values
// past U+10FFFF are invalid; as browsers do, one U+FFFD stands for the longest start of a valid
// sequence.
Character first_character(std::string_view text)
{
  const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte_at(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                           : lead >= 0xE0 && lead <= 0xEF ? 3
                           : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                          : 1;
  if (size == 1) {
    return {};
  }
  char32_t value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const bool second = i == 1;
    const unsigned lowest = second && lead == 0xE0 ? 0xA0U : second && lead == 0xF0 ? 0x90U : 0x80U;
    const unsigned highest = second && lead == 0xED   ? 0x9FU
                             : second && lead == 0xF4 ? 0x8FU
                                                      : 0xBFU;
    if (i >= text.size() || byte_at(i) < lowest || byte_at(i) > highest) {
      return {k_invalid, i};
    }
    value = value << 6U | (byte_at(i) & 0x3FU);
  }
  return {value, size};
}

// Characters without a picture of their own that can reorder, join or hide what stands around them.
constexpr std::array<std::pair<char32_t, char32_t>, 11> k_invisible{{
  {0x00AD, 0x00AD},   // soft hyphen
  {0x061C, 0x061C},   // Arabic letter mark
  {0x115F, 0x1160},   // Hangul fillers
  {0x180E, 0x180E},   // Mongolian vowel separator
  {0x200B, 0x200F},   // zero width, left-to-right and right-to-left marks
  {0x202A, 0x202E},   // bidirectional embeddings and overrides
  {0x2060, 0x206F},   // word joiner, invisible operators, bidirectional isolates
  {0x3164, 0x3164},   // Hangul filler
  {0xFEFF, 0xFEFF},   // byte-order mark
  {0xFFF9, 0xFFFB},   // interlinear annotation
  {0xE0000, 0xE007F}, // tags
}};

bool is_invisible(char32_t c)
{
  return std::any_of(k_invisible.begin(), k_invisible.end(),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// The length of a control sequence's rest: parameters, intermediates and one final character.
std::size_t control_sequence_size(std::string_view rest)
{
  const auto end =
    std::find_if(rest.begin(), rest.end(), [](char c) { return c < 0x20 || c > 0x3F; });
  const auto size = static_cast<std::size_t>(end - rest.begin());
  const bool has_final = end != rest.end() && *end >= 0x40 && *end <= 0x7E;
  return has_final ? size + 1 : size;
}

// The length of a control string (a window title, a hyperlink, ...) up to its end: BEL, ESC \ or
// U+009C. One without an end takes nothing along, so that a stray introducer cannot hide a message.
std::size_t control_string_size(std::string_view rest)
{
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\a') {
      return i + 1;
    }
    if (rest.substr(i, 2) == "\x1B\\" || rest.substr(i, 2) == "\xC2\x9C") {
      return i + 2;
    }
  }
  return 0;
}

// The length of what an ESC, which stood before `rest`, begins.
std::size_t escape_size(std::string_view rest)
{
  if (rest.empty()) {
    return 0;
  }
  if (rest.front() == '[') {
    return 1 + control_sequence_size(rest.substr(1));
  }
  if (std::string_view("]PX^_").find(rest.front()) != std::string_view::npos) {
    return 1 + control_string_size(rest.substr(1));
  }
  const auto end =
    std::find_if(rest.begin(), rest.end(), [](char c) { return c < 0x20 || c > 0x2F; });
  const auto size = static_cast<std::size_t>(end - rest.begin());
  const bool has_final = end != rest.end() && *end >= 0x30 && *end <= 0x7E;
  return has_final ? size + 1 : size;
}

// The length of the sequence that the control character `c` begins, without `c` itself.
std::size_t sequence_size(char32_t c, std::string_view rest)
{
  switch (c) {
  case 0x1B:
    return escape_size(rest);
  case 0x9B:
    return control_sequence_size(rest);
  case 0x90:
  case 0x98:
  case 0x9D:
  case 0x9E:
  case 0x9F:
    return control_string_size(rest);
  default:
    return 0;
  }
}

bool is_plain_ascii(std::string_view text)
{
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

} // namespace

std::string terminal_safe(std::string_view text, LineBreaks line_breaks)
{
  if (is_plain_ascii(text)) {
    return std::string(text);
  }
  const char line_break = line_breaks == LineBreaks::keep ? '\n' : ' ';
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto [value, size] = first_character(text);
    const auto bytes = text.substr(0, size);
    text.remove_prefix(size);
    if (value == k_invalid) {
      safe += k_replacement;
    } else if (value == '\t') {
      safe += ' ';
    } else if (value == '\r' && text.starts_with('\n')) {
      continue; // the line feed speaks for both
    } else if (value == '\n' || value == '\r' || value == 0x2028 || value == 0x2029) {
      safe += line_break;
    } else if (value < 0x20 || (value >= 0x7F && value <= 0x9F)) {
      text.remove_prefix(sequence_size(value, text));
    } else if (!is_invisible(value)) {
      safe += bytes;
    }
  }
  return safe;
}

std::string shortened(std::string_view text, std::size_t max_size)
{
  if (text.size() <= max_size) {
    return std::string(text);
  }
  const auto ellipsis = max_size >= k_ellipsis.size() ? k_ellipsis : std::string_view();
  auto end = max_size - ellipsis.size();
  while (end > 0 && is_continuation(text[end])) {
    --end;
  }
  return std::string(text.substr(0, end)).append(ellipsis);
}

} // namespace limn
