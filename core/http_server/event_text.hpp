#pragma once

#include <string>
#include <string_view>

namespace limn {

// A server-sent event as it goes over the wire (HTML standard, section 9.2); without `name` it has
// none. Data of several lines (LF, CR or CRLF) arrives with its lines, ended by LF. A name has one
// line: what comes behind it is left out.
std::string event_text(std::string_view name, std::string_view data);

} // namespace limn
