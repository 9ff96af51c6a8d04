#pragma once

#include "base/text_range.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace limn {

// A key shorter than this cannot be told from ordinary text and is not searched for.
inline constexpr std::size_t k_shortest_redacted_key = 8;

// Adds to `found` what looks like a key, known or not: `sk-...`, the credential of `Bearer ...`,
// the value of a header, a JSON member or a query parameter that carries one.
void find_key_lookalikes(std::string_view text, std::vector<TextRange>& found);

// Adds the user name and password of each URL: `//user:password@host`.
void find_user_info(std::string_view text, std::vector<TextRange>& found);

// Adds what a URL's query has under a name that says that it is secret: `?key=...`.
void find_query_secrets(std::string_view text, std::vector<TextRange>& found);

} // namespace limn
