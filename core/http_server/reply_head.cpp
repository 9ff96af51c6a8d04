#include "http_server/reply_head.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>

#include <algorithm>

namespace limn {

namespace beast = boost::beast;
namespace http = boost::beast::http;

std::string to_wire(const ReplyHead& head, BodyFraming framing, AfterReply after)
{
  http::response<http::empty_body> message;
  message.result(static_cast<unsigned>(head.status));
  for (auto [name, value] : head.headers) {
    std::replace_if(
      value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    message.insert(name, value);
  }
  if (after == AfterReply::close) {
    message.set(http::field::connection, "close");
  }
  if (framing == BodyFraming::chunked) {
    message.insert(http::field::transfer_encoding, "chunked");
  } else if (framing == BodyFraming::length) {
    message.insert(http::field::content_length, std::to_string(*head.length));
  }
  http::response_serializer<http::empty_body> serializer(message);
  serializer.split(true);
  std::string text;
  beast::error_code error;
  while (!serializer.is_header_done() && !error) {
    serializer.next(error, [&](beast::error_code&, const auto& buffers) {
      text += beast::buffers_to_string(buffers);
      serializer.consume(beast::buffer_bytes(buffers));
    });
  }
  return text;
}

std::string chunk_begin(std::size_t size)
{
  return beast::buffers_to_string(http::chunk_header(size));
}

std::string last_chunk()
{
  return beast::buffers_to_string(http::make_chunk_last());
}

} // namespace limn
