#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace limn::test {

// What a server does with one request.
struct Reply {
  enum class After {
    keep,       // the connection stays open
    close,      // an orderly end
    reset,      // as of a server that was killed
    never_ends, // nothing more comes until the client has enough
  };

  std::string bytes; // status line, headers and body, as they go over the wire; may be empty
  After after = After::keep;
  std::chrono::milliseconds delay{0}; // before the first byte

  // `bytes` are said in pieces of that size, with a pause between; 0: all at once.
  std::size_t piece = 0;
  std::chrono::milliseconds pause{0};

  // Said on top when `before_more` returns; `after_more` is called when the other side has it.
  std::string more;
  std::function<void()> before_more;
  std::function<void()> after_more;
};

// A whole response with that body.
inline std::string response(int status, std::string_view body,
                            std::string_view content_type = "application/json",
                            std::string_view more_headers = {})
{
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: "
         + std::string(content_type) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
         + std::string(more_headers) + "\r\n" + std::string(body);
}

} // namespace limn::test
