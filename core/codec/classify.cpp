#include "codec/classify.hpp"

#include "codec/ascii.hpp"
#include "codec/error_report.hpp"
#include "codec/failure_texts.hpp"
#include "codec/parameter_name.hpp"
#include "codec/redaction.hpp"
#include "codec/terminal_text.hpp"

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

using enum FailureClass;
using Form = ErrorReport::Form;
using Where = FailureWord::Where;

constexpr std::size_t k_longest_message = 1000;
constexpr std::size_t k_longest_name = 100;
// Words are looked for in this much of a message: an error that speaks longer repeats the request.
constexpr std::size_t k_longest_searched = 8192;

// What a decision rests on.
struct Evidence {
  int status = 0; // of HTTP; if that is a success, the one that the body names, else 200
  const ErrorReport& report;
  std::string_view message;
  const FailureWords& extra;
};

// --- Words ---

// The class of the first word of that kind which fits `text` and counts at this status.
template <typename Words, typename Counts>
std::optional<FailureClass> find_word(const Words& words, Where where, std::string_view text,
                                      int status, Counts counts)
{
  for (const auto& word : words) {
    if (word.where != where || text.empty() || (word.http_status != 0 && word.http_status != status)
        || !counts(word.failure_class)) {
      continue;
    }
    if (where == Where::message ? contains_words(text, word.text)
                                : equal_ignoring_case(text, word.text)) {
      return word.failure_class;
    }
  }
  return std::nullopt;
}

bool always(FailureClass)
{
  return true;
}

// --- Status ---

bool is_success(int status)
{
  return status < 300;
}
bool is_redirect(int status)
{
  return status >= 300 && status < 400;
}

// A go-between gave up on a request that may still be at work behind it.
bool is_cut_off(int status)
{
  // Cloudflare's own: at 521, 523, 525 and 526 it had no connection yet to send the request on.
  const bool cloudflare = status == 520 || status == 522 || status == 524 || status == 527;
  return status == 408 || status == 499 || status == 502 || status == 504 || cloudflare
         || status == 598 || status == 599;
}

// Whether words may choose this class, or the status says enough by itself.
bool words_may_say(FailureClass failure_class, int status)
{
  const auto one_of = [failure_class](std::initializer_list<FailureClass> classes) {
    return std::find(classes.begin(), classes.end(), failure_class) != classes.end();
  };
  switch (status) {
  case 401:
    return failure_class == billing;
  case 402:
  case 405:
  case 407:
  case 412:
  case 413:
  case 415:
  case 446:
  case 451:
  case 501:
    return false;
  case 403:
    return one_of({content, billing, auth, access, rate_limited});
  case 429:
    return one_of({content, billing, model, rate_limited});
  default:
    return !is_cut_off(status)
           && (status < 500 || one_of({content, billing, model, rate_limited, outcome_unknown}));
  }
}

FailureClass by_status(int status, Form form)
{
  switch (status) {
  case 200:
    return server; // it says that it failed, and no more
  case 401:
    return auth;
  case 402:
  case 412: // Portkey: the budget is used up
    return billing;
  case 403:
    return access;
  case 404:
  case 405:
  case 410:
  case 501:
    return endpoint;
  case 407:
    return unreachable; // a proxy on the way wants a password
  case 409:
  case 423:
  case 425:
    return server; // a lock that another request holds
  case 413:
  case 414:
  case 415:
  case 422:
    return invalid_request;
  case 429:
    return rate_limited;
  case 446: // Portkey: a guardrail refused
  case 451:
    return content;
  case 500:
    // A gateway that reports a fault as JSON is in control of it; one that breaks down does not
    // know what it had done.
    return form == Form::json ? server : outcome_unknown;
  default:
    if (is_cut_off(status)) {
      return outcome_unknown;
    }
    return status >= 500 ? server : form == Form::web_page ? endpoint : invalid_request;
  }
}

int to_status(std::string_view text)
{
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  return error == std::errc() && end == text.data() + text.size() ? status : 0;
}

// Gateways that had sent their 200 when the failure came put the real status into the body.
int effective_status(int http_status, const ErrorReport& report)
{
  if (!is_success(http_status)) {
    return http_status;
  }
  const int named = to_status(report.code);
  return named >= 400 && named <= 599 ? named : 200;
}

// --- The decision ---

// QuantumNous/new-api on its own upstream: whether that had begun to draw is not in the code.
std::optional<FailureClass> by_upstream_fault(const Evidence& evidence)
{
  const auto& report = evidence.report;
  const auto is = [&report](std::string_view name) {
    return report.code == name || report.type == name;
  };
  if (is("do_request_failed")) {
    const bool never_sent = contains_words(evidence.message, "connection refused")
                            || contains_words(evidence.message, "no such host");
    return never_sent ? server : outcome_unknown;
  }
  if (is("bad_response_status_code")) {
    return is_cut_off(to_status(report.param)) ? outcome_unknown : server;
  }
  return std::nullopt;
}

std::optional<FailureClass> by_extra_words(const Evidence& e)
{
  if (auto found = find_word(e.extra, Where::code, e.report.code, e.status, always)) {
    return found;
  }
  if (auto found = find_word(e.extra, Where::type, e.report.type, e.status, always)) {
    return found;
  }
  return find_word(e.extra, Where::message, e.message, e.status, always);
}

std::optional<FailureClass> by_type(const Evidence& e)
{
  const auto words = built_in_failure_words();
  if (auto found = find_word(words, Where::type, e.report.type, e.status, always)) {
    return found;
  }
  if (auto found = find_word(words, Where::code, e.report.type, e.status, always)) {
    return found;
  }
  return find_word(words, Where::type, e.report.code, e.status, always);
}

std::optional<FailureClass> by_words(const Evidence& e)
{
  if (e.report.form == Form::web_page) {
    return std::nullopt; // a title is no error message
  }
  return find_word(
    built_in_failure_words(), Where::message, e.message, e.status,
    [&e](FailureClass failure_class) { return words_may_say(failure_class, e.status); });
}

std::optional<FailureClass> by_param(const Evidence& e)
{
  if (e.status != 400 && e.status != 404 && e.status != 422 && e.status != 200) {
    return std::nullopt;
  }
  const auto param = without_tool(e.report.param);
  if (param == "size") {
    return size;
  }
  if (param == "model") {
    return model;
  }
  // The value of `type` is the name of the tool: this gateway does not offer it.
  return param == "type" && e.report.param != "type" ? std::optional(endpoint) : std::nullopt;
}

FailureClass by_built_in(const Evidence& e)
{
  if (const auto fault = by_upstream_fault(e)) {
    return *fault;
  }
  if (const auto code =
        find_word(built_in_failure_words(), Where::code, e.report.code, e.status, always)) {
    return *code;
  }
  const auto type = by_type(e);
  const auto words = by_words(e);
  // Relays keep the type of a 401 or 429 when the account behind them is empty: there the words are
  // more exact.
  if ((words == content || words == billing) && type != content) {
    return *words;
  }
  if (type) {
    return *type;
  }
  const auto param = by_param(e);
  if (param == size) {
    return size;
  }
  return words.value_or(param.value_or(by_status(e.status, e.report.form)));
}

FailureClass decide(const Evidence& e)
{
  auto decided = by_extra_words(e);
  if (!decided) {
    decided = by_built_in(e);
    // A code that only says "server error" does not say that nothing was drawn.
    if (decided == server && is_cut_off(e.status)) {
      return outcome_unknown;
    }
  }
  if (decided == parameter) {
    const auto name = parameter_name(e.report, e.message);
    if (name == "tools") {
      return endpoint; // without its tool there is nothing left to ask for
    }
    return name.empty() ? invalid_request : parameter; // only what has a name can be left out
  }
  return *decided;
}

// --- The failure ---

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

  const Evidence evidence{effective_status(answer.http_status, report), report,
                          std::string_view(report.message).substr(0, k_longest_searched), extra};
  const auto failure_class = decide(evidence);
  Failure failure(failure_class, message_of(answer.http_status, report),
                  std::string(default_hint(failure_class)));
  failure.code = shown(report.code, k_longest_name);
  if (failure_class == size) {
    failure.param = "size";
  } else if (to_status(report.param) == 0) { // a number is new-api's note of its upstream's status
    const auto name = failure_class == parameter ? parameter_name(evidence.report, evidence.message)
                                                 : std::string_view(report.param);
    failure.param = shown(name, k_longest_name);
  }
  if (failure_class == rate_limited || failure_class == server) {
    failure.retry_after = retry_after(headers_of(answer), evidence.message, now);
  }
  return failure;
}

} // namespace limn
