#include "base/word.hpp"

#include "base/libunistring_version.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>
#include <unistring/version.h>

#include <array>
#include <cstdint>

namespace limn {

bool is_in_word(char32_t character)
{
  constexpr char32_t k_end_of_latin_1 = 0x100;
  constexpr std::uint32_t k_letters = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N;
  const auto wanted = character < k_end_of_latin_1 ? k_letters : k_letters | UC_CATEGORY_MASK_S;
  return ::uc_is_general_category_withtable(character, wanted);
}

std::string lower_case(std::string_view text)
{
  std::string lower;
  lower.reserve(text.size());
  while (!text.empty()) {
    const auto [value, size] = first_character(text);
    std::array<std::uint8_t, 4> bytes{};
    const int count = ::u8_uctomb(bytes.data(), ::uc_tolower(value), bytes.size());
    if (count > 0) {
      lower.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
    } else {
      lower += text.substr(0, size); // no character
    }
    text.remove_prefix(size);
  }
  return lower;
}

std::string libunistring_version()
{
  const auto version = static_cast<unsigned>(::_libunistring_version);
  return fmt::format("{}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff);
}

} // namespace limn
