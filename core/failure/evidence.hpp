#pragma once

#include "failure/error_report.hpp"
#include "failure/failure_words.hpp"

#include <string>
#include <string_view>

namespace limn {

// What the class of a failure is decided by. Borrowed.
struct Evidence {
  int status = 0; // of HTTP; if that is a success, the one that the body names, else 200
  const ErrorReport& report;
  std::string_view message; // the part of the report's that is searched
  std::string lower;        // the same in lower case
  const FailureWords& extra;
};

// The status that an answer means: gateways that had sent their 200 when the failure came put the
// real one into the body.
int effective_status(int http_status, const ErrorReport& report);

// The number that `text` is, or 0.
int to_status(std::string_view text);

// By the rules that `classify` tells of.
FailureClass decide(const Evidence& evidence);

} // namespace limn
