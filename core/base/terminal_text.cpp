#include "base/terminal_text.hpp"

#include "base/utf8.hpp"

#include <unictype.h>

#include <algorithm>

namespace limn {

namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::string_view k_ellipsis = "\xE2\x80\xA6";    // U+2026

// Characters without a picture of their own that can reorder, join or hide what stands around them;
// not those that only choose between two pictures of the one before.
bool is_invisible(char32_t c)
{
  const bool is_annotation = c >= 0xFFF9 && c <= 0xFFFB; // interlinear
  return is_annotation
         || (::uc_is_property_default_ignorable_code_point(c)
             && !::uc_is_property_variation_selector(c));
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
    if (value == k_no_character || value == k_cut_character) {
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
  return std::string(cut_between_characters(text, max_size - ellipsis.size())).append(ellipsis);
}

} // namespace limn
