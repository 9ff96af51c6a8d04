#include "gateways/pasted_text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

// Blanks of any kind, and characters that nobody sees.
constexpr std::array<std::string_view, 12> k_invisible{" ",
                                                       "\t",
                                                       "\r",
                                                       "\n",
                                                       "\xc2\xa0",
                                                       "\xc2\xad",
                                                       "\xe2\x80\x8b",
                                                       "\xe2\x80\x8c",
                                                       "\xe2\x80\x8d",
                                                       "\xe2\x80\xaf",
                                                       "\xe2\x81\xa0",
                                                       "\xef\xbb\xbf"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_quotes{
  {{"\"", "\""},
   {"'", "'"},
   {"`", "`"},
   {"\xe2\x80\x9c", "\xe2\x80\x9d"},
   {"\xe2\x80\x98", "\xe2\x80\x99"}}};

std::string_view without_invisible(std::string_view text)
{
  const auto begins = [&](std::string_view one) { return text.starts_with(one); };
  const auto ends = [&](std::string_view one) { return text.ends_with(one); };
  for (auto one = std::ranges::find_if(k_invisible, begins); one != k_invisible.end();
       one = std::ranges::find_if(k_invisible, begins)) {
    text.remove_prefix(one->size());
  }
  for (auto one = std::ranges::find_if(k_invisible, ends); one != k_invisible.end();
       one = std::ranges::find_if(k_invisible, ends)) {
    text.remove_suffix(one->size());
  }
  return text;
}

std::string_view without_quotes(std::string_view text)
{
  for (const auto& [open, close] : k_quotes) {
    if (text.size() >= open.size() + close.size() && text.starts_with(open)
        && text.ends_with(close)) {
      return text.substr(open.size(), text.size() - open.size() - close.size());
    }
  }
  return text;
}

// As it stands in front of a key in a header line.
std::string_view without_scheme(std::string_view text)
{
  for (const std::string_view word : {"authorization:", "bearer "}) {
    if (equal_ignoring_case(text.substr(0, word.size()), word)) {
      return text.substr(word.size());
    }
  }
  return text;
}

} // namespace

std::string_view bare_text(std::string_view text)
{
  for (;;) {
    const auto bare = without_quotes(without_invisible(text));
    if (bare.size() == text.size()) {
      return bare;
    }
    text = bare;
  }
}

std::string_view bare_key(std::string_view text)
{
  for (;;) {
    const auto bare = without_scheme(bare_text(text));
    if (bare.size() == text.size()) {
      return bare;
    }
    text = bare;
  }
}

std::string_view fault_of_key(std::string_view key)
{
  const auto holds = [&](auto is_one) { return std::ranges::any_of(key, is_one); };
  // A line break in it would begin another header.
  if (holds([](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return "its key holds a control character; is it wrapped over two lines?";
  }
  if (holds([](unsigned char c) { return c >= 0x80; })) {
    return "its key holds a character that no key has (it is not ASCII); copy it once more";
  }
  if (holds([](unsigned char c) { return c == ' '; })) {
    return "its key holds a blank; are there two, or words beside it?";
  }
  return {};
}

} // namespace limn
