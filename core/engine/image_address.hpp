#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Without what people put around an address: blanks, quotes, brackets, a link of Markdown.
std::string_view bare_address(std::string_view text);

// Whether what stands where an image should be is a URL, of any scheme: what is none of limn's is
// refused with its address, and not taken for base64, which has no colon.
bool is_url(std::string_view text);

// What a URL means, as browsers read it; as it is where it cannot be read.
std::string readable_url(std::string_view text);

// The URL that a path means at the gateway: one that begins with a slash or dots, or names a
// picture
// ("images/fox.png"). Not for text that may be base64.
std::optional<std::string> address_of_path(std::string_view text, const std::string& base_url);

} // namespace limn
