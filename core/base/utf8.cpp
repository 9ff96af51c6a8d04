#include "base/utf8.hpp"

#include <unistr.h>

#include <cstdint>

namespace limn {

namespace {

const std::uint8_t* bytes_of(std::string_view text)
{
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// As u8_mbtoucr: the bytes of the character in front, -1 if there is none, -2 if `text` ends in it.
int read_front(std::string_view text, ucs4_t& value)
{
  return ::u8_mbtoucr(&value, bytes_of(text), text.size());
}

} // namespace

Utf8Character first_character(std::string_view text)
{
  ucs4_t value = 0;
  if (const int size = read_front(text, value); size > 0) {
    return {value, static_cast<std::size_t>(size)};
  }
  std::size_t size = 1;
  while (size < text.size() && read_front(text.substr(0, size + 1), value) == -2) {
    ++size;
  }
  const bool is_cut = read_front(text.substr(0, size), value) == -2 && size == text.size();
  return {is_cut ? k_cut_character : k_no_character, size};
}

std::size_t utf8_size(std::string_view text)
{
  ucs4_t value = 0;
  const int size = text.empty() ? 0 : read_front(text, value);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool is_utf8(std::string_view text)
{
  return ::u8_check(bytes_of(text), text.size()) == nullptr;
}

std::string_view cut_between_characters(std::string_view text, std::size_t max_size)
{
  if (text.size() <= max_size) {
    return text;
  }
  const auto goes_on = [text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (max_size > 0 && goes_on(max_size)) {
    --max_size;
  }
  return text.substr(0, max_size);
}

} // namespace limn
