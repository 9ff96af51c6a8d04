// Whatever a gateway answers, a failing status is a failure, with a message that can be shown.
// Input: the status, header lines, an empty line, the body.
#include "failure/classify.hpp"

#include "failure/error_report.hpp"
#include "oracle.hpp"

#include <algorithm>

using namespace limn;

namespace {

int take_status(std::string_view& input)
{
  int status = 0;
  for (const char c : fuzz::take_line(input).substr(0, 3)) {
    status = c >= '0' && c <= '9' ? status * 10 + (c - '0') : status;
  }
  return status;
}

Pairs take_headers(std::string_view& input)
{
  Pairs headers;
  while (!input.empty()) {
    const auto line = fuzz::take_line(input);
    if (line.empty()) {
      break;
    }
    const auto colon = std::min(line.find(": "), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  return headers;
}

void check_wait(const std::optional<std::chrono::milliseconds>& wait)
{
  LIMN_EXPECT(!wait || (wait->count() >= 0 && *wait <= std::chrono::days(30)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto body = fuzz::text_of(bytes, size);
  const int status = take_status(body);
  const auto headers = take_headers(body);
  const std::chrono::system_clock::time_point now(std::chrono::sys_days(std::chrono::days(20779)));

  const auto report = read_error_report(body);
  LIMN_EXPECT(!body.empty() || report.form == ErrorReport::Form::empty);
  LIMN_EXPECT(!report.is_error || report.form == ErrorReport::Form::json);
  check_wait(retry_after(headers, report.message, now));
  LIMN_EXPECT(fuzz::is_safe_to_show(request_id(headers)));
  LIMN_EXPECT(request_id(headers).size() <= 200);

  const FailureWords extra{{FailureWord::Where::message, "top*up", FailureClass::billing, 0},
                           {FailureWord::Where::code, "no_luck", FailureClass::content, 0}};
  const auto failure = classify({status, &headers, body}, extra, now);
  LIMN_EXPECT(status < 400 || failure.has_value());
  if (failure) {
    LIMN_EXPECT(!failure->message.empty());
    LIMN_EXPECT(failure->message.size() <= 1000);
    for (const auto& text : {failure->message, failure->hint, failure->code, failure->param}) {
      LIMN_EXPECT(fuzz::is_safe_to_show(text));
    }
    LIMN_EXPECT(failure_class_from(to_string(failure->failure_class)) == failure->failure_class);
    check_wait(failure->retry_after);
    // Only a refusal can be one that nobody understands.
    LIMN_EXPECT(failure->failure_class != FailureClass::unclear || status < 300
                || (status >= 400 && status < 500));
    LIMN_EXPECT(failure->failure_class != FailureClass::unclear
                || !rules_out_drawing(*failure, status));
  }
  // What stands in the headers is for the wait and the redirect alone.
  const auto without_headers = classify({status, nullptr, body}, extra, now);
  LIMN_EXPECT(failure.has_value() == without_headers.has_value());
  LIMN_EXPECT(!failure || failure->failure_class == without_headers->failure_class);
  return 0;
}
