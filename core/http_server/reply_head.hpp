#pragma once

#include "http_server/request_head.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace limn {

// The status line and the headers of what a server answers.
struct ReplyHead {
  int status = 200;   // 200 to 599
  HeaderList headers; // in this order, without those that tell where the body ends
  // Of the body. Nothing: it is known when it has been written, and goes out in chunks (to a client
  // of HTTP/1.0 until the connection closes).
  std::optional<std::uint64_t> length;
};

// How a body is told apart from what comes behind it.
enum class BodyFraming { none, length, chunked, until_close };
enum class AfterReply { keep, close };

// As it goes over the wire. A line end in a header's value goes out as a blank: nothing that a
// value holds becomes a header.
std::string to_wire(const ReplyHead& head, BodyFraming framing, AfterReply after);

// In front of a chunk of that size, which is not 0, and behind all of them.
std::string chunk_begin(std::size_t size);
std::string last_chunk();

} // namespace limn
