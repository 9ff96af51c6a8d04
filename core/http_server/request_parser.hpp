#pragma once

#include "http_server/request_head.hpp"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What a server answers by itself.
struct RequestFault {
  int status;
  std::string message;
};

// In a head; more is nobody's wish.
inline constexpr std::size_t k_most_headers = 256;

// Reads one request from the bytes of a connection, by Boost.Beast and without I/O.
class RequestParser
{
public:
  using OnBody = std::function<void(std::string_view)>; // a piece, never empty, without its chunks

  RequestParser(std::uint32_t max_head_size, std::uint64_t max_body_size, OnBody on_body);
  RequestParser(const RequestParser&) = delete; // the parser holds its address
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes what it can from the front of `bytes` and tells how much: until the head is whole all of
  // the head and nothing of the body, then of the body. What it leaves is to be given again, with
  // more behind it. Not once the request is whole, or has a fault.
  std::size_t take(std::string_view bytes);

  // From within OnBody: take() leaves what stands behind this piece.
  void stop() { m_is_stopped = true; }

  bool has_whole_head() const { return m_has_head; }
  bool is_whole() const { return m_has_head && m_parser.is_done(); }
  const std::optional<RequestFault>& fault() const { return m_fault; }

  // Of a whole head.
  const RequestHead& head() const { return m_head; }
  bool keeps_alive() const { return m_parser.keep_alive(); }
  bool speaks_1_1() const { return m_parser.get().version() >= 11; }
  bool awaits_continue() const; // before it sends its body

private:
  struct StreamedBody {
    using value_type = const OnBody*;

    class reader
    {
    public:
      template <bool is_request, class Fields>
      reader(boost::beast::http::header<is_request, Fields>&, value_type& on_body)
        : m_on_body(on_body)
      {
      }
      void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& error)
      {
        error = {};
      }
      template <class Buffers>
      std::size_t put(const Buffers& buffers, boost::beast::error_code& error)
      {
        error = {};
        std::size_t size = 0;
        for (const auto piece : boost::beast::buffers_range_ref(buffers)) {
          size += piece.size();
          if (piece.size() > 0) {
            (*m_on_body)({static_cast<const char*>(piece.data()), piece.size()});
          }
        }
        return size;
      }
      void finish(boost::beast::error_code& error) { error = {}; }

    private:
      value_type& m_on_body;
    };
  };

  // Beast keeps each header in a piece of memory of its own, throws where one is very long, and
  // takes those behind a body, which nobody here asks for, without a limit.
  class HeadParser : public boost::beast::http::request_parser<StreamedBody>
  {
  public:
    void end_of_head() { m_is_behind_body = true; }
    bool has_too_many() const { return m_count > k_most_headers; }

  private:
    void on_field_impl(boost::beast::http::field id, boost::beast::string_view name,
                       boost::beast::string_view value, boost::beast::error_code& error) override;

    std::size_t m_count = 0;
    bool m_is_behind_body = false;
  };

  void read_head();
  std::optional<RequestFault> fault_of_head() const;
  RequestFault fault_for(const boost::beast::error_code& error) const;

  std::uint32_t m_max_head_size;
  std::uint64_t m_max_body_size;
  OnBody m_on_body;
  HeadParser m_parser;
  bool m_has_head = false;
  bool m_is_stopped = false;
  std::size_t m_head_size = 0; // as far as it is taken
  RequestHead m_head;
  std::optional<RequestFault> m_fault;
};

} // namespace limn
