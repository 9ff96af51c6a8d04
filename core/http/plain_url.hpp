#pragma once

#include "http/url.hpp"

#include <optional>
#include <string_view>

namespace limn {

// A URL of which no two readers can think differently: "https" or "http" in lower case, a name of
// lower-case letters, digits, '-' and '.' that begins with a letter, or four plain numbers; perhaps
// a port; a path without a segment that begins with '.'; nothing that is encoded, no user, query or
// fragment. Nothing for any other text, which says nothing about it. Most addresses of gateways are
// such, and need no libcurl to be read.
std::optional<Url> read_plain_url(std::string_view text);

// As libcurl reads it: parse_url() of what is not plain.
Result<Url> read_url_by_libcurl(std::string_view text);

} // namespace limn
