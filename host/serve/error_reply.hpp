#pragma once

#include "base/failure.hpp"
#include "http_server/reply_head.hpp"
#include "memory/jobs_database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Whether a client may send the same request again. Clients repeat what has one of the statuses
// 408, 409, 425, 429 and 5xx, whatever the headers say: a final error never has one.
enum class Repeat { never, later };

// An error as clients of OpenAI's API expect it. A client reads it; it passes the redactor first.
struct ErrorReply {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;
  std::string message;
  std::string param; // that it is about; may be empty
  Repeat repeat = Repeat::never;
  std::optional<std::chrono::seconds> retry_after; // told as a header
  std::string limn;                                // more, as a JSON object; may be empty
};

// Of a request that is not even begun.
ErrorReply refusal(int status, std::string_view code, std::string message);

// How a picture that was asked for did not come.
enum class Ending {
  outcome_unknown,    // it may have been drawn, and charged for
  billing,            // no gateway draws on credit
  budget,             // limn's own limit of costs
  access,             // no gateway takes its key
  no_gateway,         // there is none
  model,              // none has the model, or the way to ask for it
  content,            // refused for what it shows
  invalid_request,    // it makes no sense
  paid_not_delivered, // drawn, and not here
  not_drawn,          // nothing was charged, and asking again changes nothing
  rate_limited,       // these three: nothing was drawn, and later it may be
  unreachable,
  overloaded,
};

// What is told of each, in one table, and the message.
ErrorReply error_reply(Ending ending, std::string message);

// `may_have_been_charged`: any of it.
Ending ending_of(FailureClass failure_class, bool may_have_been_charged);

// To whoever asks for something while the server is about to end.
ErrorReply closing_reply();

// What became wrong before anything was sent.
ErrorReply error_reply(const Failure& failure);

// Of a job that is over without an image.
ErrorReply error_reply(const KeptJob& job);

// The same for one whose end cannot be seen from here.
ErrorReply unseen_reply(const std::string& job_id, const Failure& failure);

std::string to_json(const ErrorReply& error);

// `x-should-retry` and `retry-after`, besides the type of the body.
HeaderList headers_of(const ErrorReply& error);

} // namespace limn
