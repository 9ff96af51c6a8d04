#pragma once

#include <string_view>

namespace limn {

// What is meant by a text that came through editors, shells and web pages, without what these put
// around it at either end: blanks, line ends, quotes, a byte order mark and other characters
// without width. A piece of `text`.
std::string_view bare_text(std::string_view text);

// The same of a key, which people copy together with the `Bearer` of its header line.
std::string_view bare_key(std::string_view text);

// Why a key cannot be sent, in words that hold no piece of it; empty if it can.
std::string_view fault_of_key(std::string_view key);

} // namespace limn
