#include "failure/classify.hpp"

#include "base/ascii.hpp"
#include "base/failure_texts.hpp"
#include "base/redaction.hpp"
#include "base/terminal_text.hpp"
#include "failure/error_report.hpp"
#include "failure/evidence.hpp"
#include "failure/parameter_name.hpp"
#include "failure/refusal_reasons.hpp"

#include <algorithm>

namespace limn {

namespace {

using enum FailureClass;
using Form = ErrorReport::Form;

constexpr std::size_t k_longest_message = 1000;
constexpr std::size_t k_longest_name = 100;
// Words are looked for in this much of a message: an error that speaks longer repeats the request.
constexpr std::size_t k_longest_searched = 8192;

bool is_success(int status)
{
  return status < 300;
}
bool is_redirect(int status)
{
  return status >= 300 && status < 400;
}

std::string shown(std::string_view text, std::size_t max_size)
{
  // Cut after the redaction: half a key is not recognised as one.
  return shortened(Redactor().redact(terminal_safe(text.substr(0, k_longest_searched))), max_size);
}

std::string message_of(int status, const ErrorReport& report)
{
  const auto number = std::to_string(status);
  if (report.form == Form::web_page) {
    const auto title = shown(report.message, k_longest_message / 2);
    const auto page = "a web page" + (title.empty() ? std::string() : " (" + title + ")") + ".";
    return is_success(status) ? "The base URL answered with " + page
                              : "The gateway answered with status " + number + " and " + page;
  }
  auto message = shown(report.message, k_longest_message);
  if (!message.empty()) {
    return message;
  }
  return is_success(status) ? "The gateway reports a failure and does not say which."
                            : "The gateway answered with status " + number + " and no explanation.";
}

const Pairs& headers_of(const Answer& answer)
{
  static const Pairs none;
  return answer.headers != nullptr ? *answer.headers : none;
}

Failure redirect(const Answer& answer)
{
  // RFC 9110: the work was done, and the result is elsewhere.
  const auto failure_class = answer.http_status == 303 ? outcome_unknown : endpoint;
  std::string_view target;
  for (const auto& [name, value] : headers_of(answer)) {
    if (name == "location") {
      target = value;
    }
  }
  // What is behind the path may be a secret of its own.
  target = target.substr(0, target.find_first_of("?#"));
  if (target.empty()) {
    return {failure_class,
            "The gateway answered with a redirect (status " + std::to_string(answer.http_status)
              + ").",
            std::string(default_hint(failure_class))};
  }
  return {failure_class, "The gateway redirects to " + shown(target, k_longest_message / 2) + ".",
          "limn does not take a key to another address by itself: if you trust the target, make it "
          "the base URL."};
}

} // namespace

std::optional<Failure> classify(const Answer& answer, const FailureWords& extra,
                                std::chrono::system_clock::time_point now)
{
  if (is_redirect(answer.http_status)) {
    return redirect(answer);
  }
  const auto report = read_error_report(answer.content);
  if (is_success(answer.http_status)) {
    if (report.form == Form::web_page) {
      return Failure(
        endpoint, message_of(answer.http_status, report),
        "This is the address of a site and not of its API: the base URL of an API mostly "
        "ends in /v1.");
    }
    if (!report.is_error) {
      return std::nullopt;
    }
  }

  const auto message = std::string_view(report.message).substr(0, k_longest_searched);
  const Evidence evidence{effective_status(answer.http_status, report), report, message,
                          ascii_lower(message), extra};
  auto failure_class = decide(evidence);
  std::string judgement; // beside a message that says nothing
  if (failure_class == unclear && report.form == Form::json) {
    judgement = shown(words_of_moderation(answer.content), k_longest_message);
    failure_class = judgement.empty() ? unclear : content;
  }
  Failure failure(failure_class, message_of(answer.http_status, report),
                  std::string(default_hint(failure_class)));
  if (!judgement.empty()) {
    failure.message = shortened(failure.message + " (" + judgement + ")", k_longest_message);
  }
  failure.code = shown(report.code, k_longest_name);
  if (failure_class == size) {
    failure.param = "size";
  } else if (to_status(report.param) == 0) { // a number is new-api's note of its upstream's status
    const auto name = failure_class == parameter ? parameter_name(evidence.report, evidence.message)
                                                 : std::string_view(report.param);
    failure.param = shown(name, k_longest_name);
  }
  if (failure_class == rate_limited || failure_class == server) {
    failure.retry_after =
      retry_after(headers_of(answer), evidence.message, now, report.retry_delay);
  }
  return failure;
}

bool rules_out_drawing(const Failure& failure, int http_status)
{
  const auto message = ascii_lower(failure.message);
  bool is_ruled_out = false;
  for (const auto words : built_in_failure_words()) {
    for (const auto& word : words) {
      const bool is_in_message = word.where == FailureWord::Where::message;
      const bool fits = is_in_message ? contains_lower_words(message, word.text)
                                      : equal_ignoring_case(failure.code, word.text);
      if (!fits || word.failure_class != failure.failure_class
          || (word.http_status != 0 && word.http_status != http_status)) {
        continue;
      }
      if (word.drawing == BuiltInFailureWord::Drawing::ruled_out) {
        is_ruled_out = true;
      } else if (is_in_message) {
        return false; // words are more exact than the code that they come with
      }
    }
  }
  return is_ruled_out;
}

Failure read_again(Failure told, const Answer& answer, const FailureWords& extra)
{
  if (told.failure_class != invalid_request) {
    return told;
  }
  const auto own = classify(answer, extra, std::chrono::system_clock::time_point());
  if (own && own->failure_class == unclear && own->message == told.message) {
    told.failure_class = unclear;
    told.hint = default_hint(unclear);
  }
  return told;
}

} // namespace limn
