#pragma once

#include <string>
#include <string_view>

namespace limn {

// What an HTML page calls itself; empty if it does not say.
std::string title_of(std::string_view page);

// `text`, or, since a relay that found a web page behind it puts the whole page into its own
// message, that it is one, by its title.
std::string without_markup(std::string_view text);

} // namespace limn
