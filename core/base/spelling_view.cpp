#include "base/spelling_view.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace limn {

namespace {

// What an escape at the beginning of a text stands for, and how long it is; no size: none is there.
struct Decoded {
  char character = 0;
  std::size_t size = 0;
};

int value_of(std::string_view digits, int base)
{
  int value = -1;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, base);
  return error == std::errc() && stopped == end && value >= 0 ? value : -1;
}

Decoded byte(int value, std::size_t size)
{
  return value >= 0 && value < 256 ? Decoded{static_cast<char>(value), size} : Decoded{};
}

// Code points beyond ASCII stand in no key: they stay as they are.
Decoded ascii(int value, std::size_t size)
{
  return value < 128 ? byte(value, size) : Decoded{};
}

Decoded url_escape(std::string_view text)
{
  return text.size() >= 3 ? byte(value_of(text.substr(1, 2), 16), 3) : Decoded{};
}

Decoded backslash_escape(std::string_view text)
{
  if (text.size() < 2) {
    return {};
  }
  switch (text[1]) {
  case 'u':
    if (text.substr(2).starts_with('{')) {
      const auto close = text.substr(0, 12).find('}');
      return close == std::string_view::npos
               ? Decoded{}
               : ascii(value_of(text.substr(3, close - 3), 16), close + 1);
    }
    return text.size() >= 6 ? ascii(value_of(text.substr(2, 4), 16), 6) : Decoded{};
  case 'x':
    return text.size() >= 4 ? byte(value_of(text.substr(2, 2), 16), 4) : Decoded{};
  case 'n':
  case 'r':
  case 't':
    return {' ', 2};
  default:
    break;
  }
  if (text[1] >= '0' && text[1] <= '3' && text.size() >= 4) {
    if (const auto octal = byte(value_of(text.substr(1, 3), 8), 4); octal.size != 0) {
      return octal;
    }
  }
  return {text[1], 2};
}

constexpr std::array<std::pair<std::string_view, char>, 15> k_entities{{{"amp", '&'},
                                                                        {"lt", '<'},
                                                                        {"gt", '>'},
                                                                        {"quot", '"'},
                                                                        {"apos", '\''},
                                                                        {"sol", '/'},
                                                                        {"bsol", '\\'},
                                                                        {"plus", '+'},
                                                                        {"equals", '='},
                                                                        {"lowbar", '_'},
                                                                        {"period", '.'},
                                                                        {"hyphen", '-'},
                                                                        {"dash", '-'},
                                                                        {"percnt", '%'},
                                                                        {"nbsp", ' '}}};

// As browsers read them: the semicolon behind digits may be missing.
Decoded entity(std::string_view text)
{
  if (!text.substr(1).starts_with('#')) {
    for (const auto& [name, character] : k_entities) {
      if (text.substr(1).starts_with(name) && text.substr(1 + name.size()).starts_with(';')) {
        return {character, name.size() + 2};
      }
    }
    return {};
  }
  const bool is_hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  const std::size_t begin = is_hex ? 3 : 2;
  const std::string_view digits = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
  constexpr std::size_t most_digits = 8;
  const auto end =
    std::min(text.substr(0, begin + most_digits).find_first_not_of(digits, begin), text.size());
  const auto found = ascii(value_of(text.substr(begin, end - begin), is_hex ? 16 : 10), end);
  return found.size != 0 && text.substr(end).starts_with(';')
           ? Decoded{found.character, found.size + 1}
           : found;
}

Decoded escape_at(std::string_view text, Escapes which)
{
  switch (text.front()) {
  case '%':
    return has(which, Escapes::url) ? url_escape(text) : Decoded{};
  case '\\':
    return has(which, Escapes::backslash) ? backslash_escape(text) : Decoded{};
  case '&':
    return has(which, Escapes::entity) ? entity(text) : Decoded{};
  default:
    return {};
  }
}

// Zero-width and no-break blanks, the soft hyphen and the byte order mark.
constexpr std::array<std::string_view, 7> k_unseen{"\xC2\xA0",     "\xC2\xAD",     "\xE2\x80\x8B",
                                                   "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x81\xA0",
                                                   "\xEF\xBB\xBF"};

std::size_t blank_size(std::string_view text)
{
  const char c = text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) {
    return 1;
  }
  if (c != '\xC2' && c != '\xE2' && c != '\xEF') {
    return 0;
  }
  for (const auto unseen : k_unseen) {
    if (text.starts_with(unseen)) {
      return unseen.size();
    }
  }
  return 0;
}

std::size_t hex_separator_size(std::string_view text)
{
  const char c = text.front();
  if (c == ':' || c == ',' || c == '-') {
    return 1;
  }
  return text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
}

template <typename Size>
SpellingView without(const SpellingView& view, Size size_of)
{
  SpellingView left;
  left.text.reserve(view.text.size());
  left.begins.reserve(view.text.size());
  left.ends.reserve(view.text.size());
  const std::string_view text = view.text;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto size = size_of(text.substr(i)); size != 0) {
      i += size;
    } else {
      left.add(text[i], view.begins[i], view.ends[i]);
      ++i;
    }
  }
  return left;
}

} // namespace

void SpellingView::add(char c, std::uint32_t begin, std::uint32_t end)
{
  text.push_back(c);
  begins.push_back(begin);
  ends.push_back(end);
}

SpellingView plain_view(std::string_view text)
{
  SpellingView view;
  view.text = text;
  view.begins.resize(text.size());
  view.ends.resize(text.size());
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    view.begins[i] = i;
    view.ends[i] = i + 1;
  }
  return view;
}

SpellingView decoded(const SpellingView& view, Escapes which)
{
  SpellingView result;
  result.text.reserve(view.text.size());
  result.begins.reserve(view.text.size());
  result.ends.reserve(view.text.size());
  const std::string_view text = view.text;
  for (std::size_t i = 0; i < text.size();) {
    const auto found = escape_at(text.substr(i), which);
    if (found.size == 0) {
      result.add(text[i], view.begins[i], view.ends[i]);
      ++i;
    } else {
      result.add(found.character, view.begins[i], view.ends[i + found.size - 1]);
      i += found.size;
    }
  }
  return result;
}

Escapes escapes_in(std::string_view text)
{
  auto found = Escapes::none;
  for (const auto& [mark, kind] :
       {std::pair{'%', Escapes::url}, {'\\', Escapes::backslash}, {'&', Escapes::entity}}) {
    found = text.find(mark) == std::string_view::npos ? found : found | kind;
  }
  return found;
}

SpellingView without_blanks(const SpellingView& view)
{
  return without(view, blank_size);
}

SpellingView without_hex_separators(const SpellingView& view)
{
  return without(view, hex_separator_size);
}

} // namespace limn
