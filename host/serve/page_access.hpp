#pragma once

#include "http_server/request_head.hpp"
#include "serve/error_reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What the page's own paths ask of a request besides what all do: it comes from the page itself, or
// from no page at all. Origins that --allow-origin names may use the API for programs, and not this
// one: a browser sends the cookie along.
std::optional<ErrorReply> refusal_of_page(const RequestHead& head);

// Of the session; cookies are shared by all ports of a name, so that this one is in its name.
std::string session_cookie_name(std::uint16_t port);

// The value of that cookie; empty if there is none.
std::string_view cookie_of(const RequestHead& head, std::string_view name);

// What goes with all answers on these paths: they are kept and read by nobody else.
HeaderList page_headers();

// The value of a member of the query, decoded; empty if there is none.
std::string query_member(const RequestHead& head, std::string_view name);

// The segments behind `route` in the path, as they stand there: "" for the route itself.
std::string_view path_behind(const RequestHead& head, std::string_view route);

// Whether that is the id of an entry of the history, or might be: nothing else may become a part of
// a path.
bool is_history_id(std::string_view id);

} // namespace limn
