#pragma once

#include "http/request.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace limn {

// A hint, where something between here and the gateway may be at fault as well.
inline constexpr const char* k_check_the_way =
  "check the gateway, and every proxy on the way to it";

// What a libcurl result means. `host` names the other side in the message; `detail` is libcurl's
// own text, may be empty.
TransferFailure transfer_failure(int curl_code, bool request_was_sent, const std::string& host,
                                 std::string_view detail, std::chrono::milliseconds timeout,
                                 std::chrono::milliseconds connect_timeout);

} // namespace limn
