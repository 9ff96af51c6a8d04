#include "output/name.hpp"

#include "base/terminal_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_max_slug_size = 48;
constexpr std::size_t k_max_name_size = 200;

bool is_continuation(char c)
{
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The most of it that ends between two code points.
std::string_view cut_between_code_points(std::string_view text, std::size_t max_size)
{
  if (text.size() <= max_size) {
    return text;
  }
  while (max_size > 0 && is_continuation(text[max_size])) {
    --max_size;
  }
  return text.substr(0, max_size);
}

// Cut between two code points, and between two words if that does not take more than half.
std::string cut_between_words(std::string text, std::size_t max_size)
{
  if (text.size() <= max_size) {
    return text;
  }
  const std::size_t end = cut_between_code_points(text, max_size).size();
  const auto dash = text.rfind('-', end);
  text.resize(dash != std::string::npos && dash > max_size / 2 ? dash : end);
  return text;
}

// Takes the first code point of valid UTF-8.
std::string_view take_code_point(std::string_view& text)
{
  std::size_t size = 1;
  while (size < text.size() && is_continuation(text[size])) {
    ++size;
  }
  const auto taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

// Blanks, punctuation and signs beyond ASCII, by blocks: first and last, in UTF-8, which sorts as
// the code points do.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> k_between_words{{
  {"\xc2\x80", "\xc2\xa9"}, // U+0080 to U+00A9: no-break space, section, copyright
  {"\xc2\xab", "\xc2\xb4"}, // U+00AB to U+00B4: guillemet, degree
  {"\xc2\xb6", "\xc2\xb9"}, // U+00B6 to U+00B9: pilcrow, middle dot
  {"\xc2\xbb", "\xc2\xbf"}, // U+00BB to U+00BF: guillemet, fractions, inverted question mark
  {"\xe1\x9a\x80", "\xe1\x9a\x80"}, // U+1680: Ogham space
  {"\xe2\x80\x80", "\xe2\x81\xaf"}, // U+2000 to U+206F: spaces, dashes, curly quotes
  {"\xe3\x80\x80", "\xe3\x80\x84"}, // U+3000 to U+3004: ideographic space, comma and full stop
  {"\xe3\x80\x88", "\xe3\x80\xa0"}, // U+3008 to U+3020: brackets
  {"\xef\xbc\x80", "\xef\xbc\x8f"}, // U+FF00 to U+FF0F: full-width comma and the like
  {"\xef\xbc\x9a", "\xef\xbc\xa0"}, // U+FF1A to U+FF20: full-width colon, question mark
}};

bool is_between_words(std::string_view code_point)
{
  if (code_point.size() == 1) {
    const char c = code_point.front();
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
  }
  return std::any_of(k_between_words.begin(), k_between_words.end(),
                     [code_point](const auto& block) {
                       return code_point.size() == block.first.size() && code_point >= block.first
                              && code_point <= block.second;
                     });
}

std::string replaced(std::string_view text, const NameFacts& facts)
{
  std::tm local{};
  const auto time = std::chrono::system_clock::to_time_t(facts.time);
  ::localtime_r(&time, &local);
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const auto close = text.find('}', open);
    const auto name =
      text.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 1);
    if (name == "date") {
      result += fmt::format("{:%Y-%m-%d}", local);
    } else if (name == "time") {
      result += fmt::format("{:%H%M%S}", local);
    } else if (name == "slug") {
      result += slug(facts.prompt);
    } else if (name == "gateway") {
      result += facts.gateway;
    } else if (name == "model") {
      result += facts.model;
    } else if (name == "n") {
      result += std::to_string(facts.number);
    }
  }
  return result;
}

} // namespace

std::string slug(std::string_view prompt)
{
  std::string result;
  bool gap = false;
  // A prompt may be 32,000 characters; a name needs the first few hundred bytes at most.
  const auto text = terminal_safe(cut_between_code_points(prompt, 1024));
  for (std::string_view rest = text; !rest.empty();) {
    const auto code_point = take_code_point(rest);
    if (is_between_words(code_point)) {
      gap = !result.empty();
      continue;
    }
    if (gap) {
      result += '-';
      gap = false;
    }
    const char first = code_point.front();
    result += first >= 'A' && first <= 'Z' ? static_cast<char>(first + 32) : first;
    result += code_point.substr(1);
  }
  result = cut_between_words(std::move(result), k_max_slug_size);
  return result.empty() ? "image" : result;
}

std::string file_name(std::string_view name_template, const NameFacts& facts)
{
  auto name = terminal_safe(replaced(name_template, facts));
  for (char& c : name) {
    if (c == '/' || c == '\\') {
      c = '-';
    }
  }
  name.erase(0, name.find_first_not_of(". -")); // hidden, or an option to a command
  name = cut_between_words(std::move(name), k_max_name_size);
  return name.empty() ? "image" : name;
}

} // namespace limn
