#pragma once

#include <cstddef>
#include <string_view>

namespace limn {

inline constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

// The bytes of the character at the start of `text`; 0 if there is none: overlong forms, surrogates
// and what lies past U+10FFFF are none.
std::size_t utf8_size(std::string_view text);

bool is_utf8(std::string_view text);

} // namespace limn
