#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::sandbox {

// Text that several answers may hold at once: a big image is encoded once and never copied.
using SharedText = std::shared_ptr<const std::string>;

inline SharedText share(std::string text)
{
  return std::make_shared<const std::string>(std::move(text));
}

// How the end of the body is told to the client.
enum class Framing { content_length, chunked };

// What happens once the pieces are sent.
enum class Ending {
  whole,             // the body is complete
  cut,               // the connection closes although more was announced
  closed_unanswered, // the connection closes and nothing at all is sent
};

struct Piece {
  SharedText text;
  std::chrono::milliseconds wait_before{0};
};

// What a connection sends for one request.
struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Piece> pieces;
  Framing framing = Framing::content_length;
  Ending ending = Ending::whole;
  std::optional<std::size_t> announced_length; // instead of the true length

  // Of a picture that is yet to be painted, which takes its time: gives the answer instead of this
  // one, but for the headers of this one, which come behind its own.
  std::function<Answer()> drawing;
};

// The answer itself, painted where that is yet to be done.
Answer drawn(Answer answer);

// An answer of one piece.
Answer answer_with(int status, std::string content_type, std::string body);

// An answer of several pieces, sent without a pause.
Answer answer_with(int status, std::string content_type, const std::vector<SharedText>& pieces);

// An answer of the content type that the body looks like: JSON, a web page or plain text.
Answer answer_with(int status, std::string body);

// {"error":{"message","type","param","code"}}; empty `param` and `code` are null.
Answer error_answer(int status, std::string_view message, std::string_view type,
                    std::string_view param, std::string_view code);

std::size_t body_size(const Answer& answer);

// Keeps the first half of the body and promises the whole of it.
void cut_in_the_middle(Answer& answer);

} // namespace limn::sandbox
