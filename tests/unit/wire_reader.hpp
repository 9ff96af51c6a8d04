#pragma once

#include "http/content_decoder.hpp"
#include "http/request.hpp"
#include "http/response_head.hpp"
#include "model/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn::test {

// The bytes of one answer in HTTP/1, as they come over the wire, to what a receiver is told: as
// Transport and libcurl read them.
class WireReader
{
public:
  enum class State {
    more,         // is wanted
    whole,        // the answer is there; see `may_be_kept`
    cut,          // or no HTTP
    bad_coding,   // a compressed body that is cut or damaged
    header_limit, // more than limits.max_header_size
    body_limit,
    unwanted, // says the receiver
  };

  // Everything is borrowed.
  WireReader(ResponseReceiver& receiver, const Limits& limits, std::uint64_t max_body_size)
    : m_receiver(&receiver), m_limits(limits), m_max_body_size(max_body_size)
  {
  }

  State feed(std::string_view bytes);

  // The connection ended, in an orderly way or not. Never State::more.
  enum class End { orderly, broken };
  State end(End how);

  // A whole line of it is there: as libcurl counts the bytes of an answer.
  bool has_begun() const { return m_header_size > 0; }
  bool has_head() const { return m_head.is_final(); }
  // Once it is whole: whether another request can follow on the same connection.
  bool may_be_kept() const { return m_may_be_kept; }

  // Nobody hears any more; feed() ends with State::unwanted.
  void forget_receiver() { m_receiver = nullptr; }

private:
  enum class Framing { none, sized, chunked, until_the_end };

  State take_line(std::string_view line);
  State begin_body();
  State take_body(std::string_view& bytes);
  State take_chunks(std::string_view& bytes);
  State hand_on(std::string_view piece);
  bool tell(std::string_view plain);
  State state_after(ContentDecoder::State decoded, State sound) const;
  State finish();

  ResponseReceiver* m_receiver;
  const Limits& m_limits;
  std::uint64_t m_max_body_size;
  std::string m_line; // of a head or between chunks, not whole yet
  ResponseHead m_head;
  std::uint64_t m_header_size = 0;
  Framing m_framing = Framing::none;
  std::uint64_t m_left = 0; // of the body, or of the chunk
  enum class Chunk { size, data, end, trailer } m_chunk = Chunk::size;
  std::optional<ContentDecoder> m_decoder;
  std::uint64_t m_body_size = 0;
  std::uint64_t m_plain_size = 0;
  State m_plain_state = State::more; // what came of handing it on
  bool m_may_be_kept = false;
};

} // namespace limn::test
