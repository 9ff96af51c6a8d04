#include "failure/evidence.hpp"

#include "base/ascii.hpp"
#include "failure/moderation_words.hpp"
#include "failure/parameter_name.hpp"

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

using enum FailureClass;
using Form = ErrorReport::Form;
using Where = FailureWord::Where;

// --- Words ---

bool fits(const BuiltInFailureWord& word, std::string_view text)
{
  return word.where == Where::message ? contains_lower_words(text, word.text)
                                      : equal_ignoring_case(text, word.text);
}

// As people wrote it into limn.yaml.
bool fits(const FailureWord& word, std::string_view text)
{
  return word.where == Where::message ? contains_words(text, word.text)
                                      : equal_ignoring_case(text, word.text);
}

// The class of the first word of that kind which fits `text` (a message in lower case) and counts
// at this status.
template <typename Words, typename Counts>
std::optional<FailureClass> find_word(const Words& words, Where where, std::string_view text,
                                      int status, Counts counts)
{
  for (const auto& word : words) {
    if (word.where == where && !text.empty()
        && (word.http_status == 0 || word.http_status == status) && counts(word.failure_class)
        && fits(word, text)) {
      return word.failure_class;
    }
  }
  return std::nullopt;
}

template <typename Counts>
std::optional<FailureClass> find_built_in(Where where, std::string_view text, int status,
                                          Counts counts)
{
  for (const auto words : built_in_failure_words()) {
    if (auto found = find_word(words, where, text, status, counts)) {
      return found;
    }
  }
  return std::nullopt;
}

bool always(FailureClass)
{
  return true;
}

// --- Status ---

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
    return one_of({content, billing, auth, access, endpoint, rate_limited, outcome_unknown});
  case 429:
    return one_of({content, billing, model, rate_limited, outcome_unknown});
  default:
    return !is_cut_off(status)
           && (status < 500
               || one_of({content, billing, model, rate_limited, server, outcome_unknown}));
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
    return outcome_unknown; // it often means that something is under way
  case 423:
  case 425:
    return server; // a lock that another request holds
  case 413:
  case 414:
  case 415:
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
    return status >= 500 ? server : form == Form::web_page ? endpoint : unclear;
  }
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
    const auto said = find_built_in(Where::message, evidence.lower, 0, always);
    return said == server ? server : outcome_unknown;
  }
  if (is("bad_response_status_code")) {
    const auto said = find_built_in(Where::message, evidence.lower, 0, always);
    return is_cut_off(to_status(report.param)) || said == outcome_unknown ? outcome_unknown
                                                                          : server;
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
  return find_word(e.extra, Where::message, e.lower, e.status, always);
}

std::optional<FailureClass> by_type(const Evidence& e)
{
  if (auto found = find_built_in(Where::type, e.report.type, e.status, always)) {
    return found;
  }
  if (auto found = find_built_in(Where::code, e.report.type, e.status, always)) {
    return found;
  }
  return find_built_in(Where::type, e.report.code, e.status, always);
}

// Google's quota of a minute, in the words of an account without credit: only that one is waited
// for. What a day or a plan has is used up.
bool is_quota_of_a_minute(const Evidence& e)
{
  const auto says = [&e, quotas = ascii_lower(e.report.quotas)](std::string_view words) {
    return contains_lower_words(e.lower, words) || contains_lower_words(quotas, words);
  };
  return e.status == 429 && (!e.report.retry_delay.empty() || says("please retry in"))
         && !says("perday") && !says("per day") && !says("limit: 0");
}

std::optional<FailureClass> by_words(const Evidence& e)
{
  if (e.report.form == Form::web_page) { // a title is no error message, save that of a proxy
    const auto lost = [](FailureClass failure_class) { return failure_class == outcome_unknown; };
    return e.status >= 500 ? find_built_in(Where::message, e.lower, e.status, lost) : std::nullopt;
  }
  if (words_may_say(content, e.status) && speaks_of_moderation(e.lower)) {
    return content;
  }
  const auto found =
    find_built_in(Where::message, e.lower, e.status, [&e](FailureClass failure_class) {
      return words_may_say(failure_class, e.status);
    });
  return found == billing && is_quota_of_a_minute(e) ? rate_limited : found;
}

std::optional<FailureClass> by_param(const Evidence& e)
{
  if (e.status != 400 && e.status != 404 && e.status != 422 && e.status != 200) {
    return std::nullopt;
  }
  const auto param = without_tool(e.report.param);
  if (is_name_of_size(param)) {
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
  if (e.report.is_refusal) {
    return content;
  }
  if (const auto fault = by_upstream_fault(e)) {
    return *fault;
  }
  const auto words = by_words(e);
  auto code = find_built_in(Where::code, e.report.code, e.status, always);
  if (!code) {
    code = find_built_in(Where::code, e.report.reason, e.status, always);
  }
  if (code && *code != server) {
    return *code;
  }
  auto type = by_type(e);
  if (e.status / 100 == 4) { // some relays put that on whatever they say
    const auto is_label = [](std::string_view name) { return name == "server_error"; };
    code = is_label(e.report.code) ? std::nullopt : code;
    type = is_label(e.report.type) && type == server ? std::nullopt : type;
  }
  // Relays keep the code or type of a 401, 429 or 500 when the account behind them is empty, or the
  // answer was lost: there the words are more exact.
  if ((words == content || words == billing || words == outcome_unknown) && type != content) {
    return *words;
  }
  if (code || type) {
    return code ? *code : *type;
  }
  const auto param = by_param(e);
  if (param == size && words != parameter) {
    return size;
  }
  if (param && words.value_or(invalid_request) == invalid_request) {
    return *param; // what is wrong with a value depends on whose it is
  }
  if (!words && e.report.code == "invalid_value") {
    return invalid_request; // image guide: whatever it says of the value
  }
  return words.value_or(by_status(e.status, e.report.form));
}

} // namespace

int to_status(std::string_view text)
{
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  return error == std::errc() && end == text.data() + text.size() ? status : 0;
}

int effective_status(int http_status, const ErrorReport& report)
{
  if (http_status >= 300) {
    return http_status;
  }
  const int named = to_status(report.code);
  return named >= 400 && named <= 599 ? named : 200;
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
    const bool is_of_value = equal_ignoring_case(e.report.code, "unsupported_value")
                             || contains_lower_words(e.lower, "unsupported value");
    if (is_of_value && is_name_of_size(name)) {
      return size;
    }
    if (name == "tools") {
      return endpoint; // without its tool there is nothing left to ask for
    }
    return name.empty() ? invalid_request : parameter; // only what has a name can be left out
  }
  return *decided;
}

} // namespace limn
