#pragma once

#include "base/failure.hpp"
#include "failure/failure_words.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// One answer of a gateway, or one message of it. Borrowed for the call.
struct Answer {
  int http_status = 0;
  const Pairs* headers = nullptr; // names in lower case; may be null
  std::string_view content;       // JSON or text; images lifted out
};

// The failure that an answer is, or nothing if it is none (a 200 without an image is not judged
// here). Decides by body code, then type, then status, then words, in the order content, billing,
// auth, access, model, endpoint, size, parameter, invalid_request, rate_limited, server; where a
// status leaves two readings (a 403 is access or billing, a 429 rate or billing, a 400 nearly
// anything), words choose between them. Words that an upstream's answer was lost are
// outcome_unknown with any status; a 400, 422 or other 4xx of which nothing is understood is
// unclear, a 409 outcome_unknown. A reason of a refusal anywhere in the answer is content. `extra`
// goes before everything built in. 408, 502, 504 and most of 52x are outcome_unknown unless a code
// says that nothing was drawn. The message is the gateway's own, terminal-safe and at most 1000
// bytes; a web page gives its status and title. `now` is used for Retry-After dates. Never throws,
// whatever the content.
std::optional<Failure> classify(const Answer& answer, const FailureWords& extra,
                                std::chrono::system_clock::time_point now);

// Whether `failure`, as `classify` or a plugin tells it, says by its code or words that nothing was
// drawn, however late it comes: no channel, overloaded, a budget, a model that is not there.
bool rules_out_drawing(const Failure& failure, int http_status);

// `told`, which a plugin made of `answer`, read again: unclear where it is the classifier's own
// reading and the classifier does not understand the answer. Plugins have no word for that.
Failure read_again(Failure told, const Answer& answer, const FailureWords& extra);

// When to come back: `retry-after-ms`, `retry-after` (seconds, a date, or the Unix time of the
// reset in seconds or milliseconds), words in the message ("try again in 2.4s", "1m12s", "15ms"),
// `told_delay` (Google's RetryInfo), `reset_at` (LiteLLM), `x-ratelimit-reset` and
// `x-ratelimit-reset-*` of a budget of which nothing remains (a duration or a moment); the first
// that says so counts. Nothing if none does, or if `x-should-retry` is false.
std::optional<std::chrono::milliseconds> retry_after(const Pairs& headers, std::string_view message,
                                                     std::chrono::system_clock::time_point now,
                                                     std::string_view told_delay = {});

// The gateway's own id of the request: x-request-id, x-oneapi-request-id, x-litellm-call-id,
// cf-ray, in this order; empty if there is none.
std::string request_id(const Pairs& headers);

} // namespace limn
