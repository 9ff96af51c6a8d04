#pragma once

#include "loop/loop.hpp"
#include "serve/answer_form.hpp"
#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"

#include <map>
#include <memory>

namespace limn {

// What a request for pictures says of itself beside what it asks for; FailureClass::usage for an
// Idempotency-Key that is none.
Result<ImageCall> call_of(const RequestHead& head, const Caller& caller, std::string_view route);

// Answers calls: whole, or as a stream. The head of a stream goes out with the first that there is
// to tell, so that an error before it has its status; or after ten seconds, with a comment, which
// is repeated as long as nothing else is said.
class CallAnswers
{
public:
  // Both are borrowed.
  CallAnswers(const ServerParts& parts, ImageCalls& calls);
  ~CallAnswers();

  void begin(ExchangeId id, const ImageCall& call, std::unique_ptr<AnswerForm> form);

  // The exchange is over.
  void ended(ExchangeId id, ExchangeEnd end);

private:
  struct Answer;

  void begin_stream(ExchangeId id, HeaderList headers, const std::string& job);
  void shown(ExchangeId id, const KeptPreview& preview);
  void replied(ExchangeId id, ImageReply reply);
  void keep_alive(ExchangeId id);
  void send_error(ExchangeId id, const ErrorReply& error, HeaderList headers);

  const ServerParts& m_parts;
  ImageCalls& m_calls;
  std::map<ExchangeId, std::unique_ptr<Answer>> m_answers;
};

} // namespace limn
