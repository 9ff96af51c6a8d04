// A request is the same however its bytes come and are paused, and takes no byte of what stands
// behind it. What is wrong may be noticed sooner or later: at the end of a line or a head, or by a
// limit.
#include "http_server/request_parser.hpp"
#include "oracle.hpp"

using namespace limn;

namespace {

constexpr std::uint32_t k_head_size = 512;
constexpr std::uint64_t k_body_size = 300;

struct Request {
  std::string method;
  std::string target;
  HeaderList headers;
  std::string body;
  std::size_t taken = 0;
  int fault = 0;
  bool is_whole = false;

  bool operator==(const Request&) const = default;
};

enum class Stopping { never, behind_each_piece };

Request read(const fuzz::Pieces& pieces, Stopping stopping = Stopping::never)
{
  Request request;
  std::size_t told = 0; // pieces, since it was given bytes
  RequestParser parser(k_head_size, k_body_size, [&](std::string_view piece) {
    LIMN_EXPECT(!piece.empty());
    request.body += piece;
    ++told;
    if (stopping == Stopping::behind_each_piece) {
      parser.stop();
    }
  });
  std::string waiting;
  fuzz::feed_each(pieces, [&](std::string_view piece) {
    waiting += piece;
    for (bool goes_on = true; goes_on && !parser.is_whole() && !parser.fault();) {
      const bool had_head = parser.has_whole_head();
      told = 0;
      const auto taken = parser.take(waiting);
      LIMN_EXPECT(told <= 1 || stopping == Stopping::never);
      LIMN_EXPECT(taken <= waiting.size());
      waiting.erase(0, taken);
      request.taken += taken;
      goes_on = taken > 0 || had_head != parser.has_whole_head();
    }
  });
  if (parser.has_whole_head()) {
    request.method = parser.head().method;
    request.target = parser.head().target;
    request.headers = parser.head().headers;
  }
  request.fault = parser.fault() ? parser.fault()->status : 0;
  request.is_whole = parser.is_whole() && !parser.fault();
  if (parser.fault()) {
    LIMN_EXPECT(!parser.fault()->message.empty());
    request.taken = 0; // of no use to anybody
  }
  return request;
}

// What is refused sooner or later is never something else meanwhile.
bool is_same(const Request& one, const Request& other)
{
  if (one.is_whole || other.is_whole) {
    return one == other;
  }
  const bool have_heads = !one.method.empty() && !other.method.empty();
  return !have_heads
         || (one.method == other.method && one.target == other.target
             && one.headers == other.headers
             && (one.body.starts_with(other.body) || other.body.starts_with(one.body)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto text = fuzz::text_of(bytes, size);
  const auto whole = read({text});
  for (const auto& pieces : fuzz::ways_to_cut(text)) {
    LIMN_EXPECT(is_same(read(pieces), whole));
    LIMN_EXPECT(is_same(read(pieces, Stopping::behind_each_piece), whole));
  }
  LIMN_EXPECT(whole.body.size() <= k_body_size);
  if (whole.is_whole) {
    LIMN_EXPECT(!whole.method.empty() && !whole.target.empty());
    LIMN_EXPECT(read({text.substr(0, whole.taken)}) == whole);
    for (const auto& [name, value] : whole.headers) {
      LIMN_EXPECT(value.find('\n') == std::string::npos);
      LIMN_EXPECT(name != "transfer-encoding"
                  || value.size() == std::string_view("chunked").size());
    }
  }
  return 0;
}
