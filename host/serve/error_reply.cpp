#include "serve/error_reply.hpp"

#include "base/failure_texts.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

using Json = rapidjson::Value;

struct EndingRow {
  Ending ending;
  int status;
  std::string_view type;
  std::string_view code;
  Repeat repeat;
  int retry_after; // seconds; 0: the client knows best
};

constexpr std::string_view k_drawing = "image_generation_error";
constexpr std::string_view k_invalid = "invalid_request_error";

constexpr std::array k_endings{
  EndingRow{Ending::outcome_unknown, 424, k_drawing, "outcome_unknown", Repeat::never, 0},
  EndingRow{Ending::billing, 402, "insufficient_quota", "insufficient_quota", Repeat::never, 0},
  EndingRow{Ending::budget, 402, "insufficient_quota", "limn_budget_exceeded", Repeat::never, 0},
  EndingRow{Ending::access, 403, k_drawing, "upstream_auth", Repeat::never, 0},
  EndingRow{Ending::no_gateway, 404, k_drawing, "no_gateway", Repeat::never, 0},
  EndingRow{Ending::model, 404, k_invalid, "model_not_found", Repeat::never, 0},
  EndingRow{Ending::content, 400, k_drawing, "moderation_blocked", Repeat::never, 0},
  EndingRow{Ending::invalid_request, 400, k_invalid, "invalid_value", Repeat::never, 0},
  EndingRow{Ending::paid_not_delivered, 424, k_drawing, "paid_not_delivered", Repeat::never, 0},
  EndingRow{Ending::not_drawn, 424, k_drawing, "not_drawn", Repeat::never, 0},
  EndingRow{Ending::rate_limited, 429, "rate_limit_error", "rate_limit_exceeded", Repeat::later,
            30},
  EndingRow{Ending::unreachable, 503, k_drawing, "upstream_unreachable", Repeat::later, 0},
  EndingRow{Ending::overloaded, 503, "server_error", "overloaded", Repeat::later, 5},
};

bool is_true(const Json* value)
{
  return value != nullptr && value->IsBool() && value->GetBool();
}

struct Tried {
  bool may_have_been_charged = false;
  std::string attempts = "[]"; // JSON
};

Tried tried_by(const Json& report)
{
  Tried tried;
  JsonWriter json;
  json.begin_array();
  const auto* attempts = member(report, "attempts");
  const auto count = attempts != nullptr && attempts->IsArray() ? attempts->Size() : 0;
  for (rapidjson::SizeType i = 0; i < count; ++i) {
    const auto& attempt = (*attempts)[i];
    const auto* status = member(attempt, "http_status");
    const bool has_status = status != nullptr && status->IsInt();
    const bool may_have_cost = is_true(member(attempt, "may_have_cost"));
    tried.may_have_been_charged = tried.may_have_been_charged || may_have_cost;
    json.begin_object();
    json.member("gateway", string_or_empty(member(attempt, "gateway")));
    json.member("class", string_or_empty(member(attempt, "class")));
    json.key("http_status");
    has_status ? json.number(status->GetInt()) : json.null();
    json.flag("sent", has_status || may_have_cost);
    json.end_object();
  }
  json.end_array();
  tried.attempts = json.str();
  return tried;
}

std::string told_of(const std::string& job_id, bool may_have_been_charged,
                    std::string_view attempts)
{
  JsonWriter json;
  json.begin_object();
  json.member("job_id", job_id);
  json.flag("may_have_been_charged", may_have_been_charged);
  json.key("attempts");
  json.raw(attempts);
  json.end_object();
  return json.str();
}

std::string lost_message(const std::string& what)
{
  return fmt::format("{} It may have been drawn and charged for: do not send it again. `limn "
                     "recover` and `limn history` tell what came; with a new Idempotency-Key it is "
                     "drawn, and paid for, anew.",
                     what);
}

// As a sentence.
std::string sentence(std::string text)
{
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') {
    text += '.';
  }
  return text;
}

} // namespace

ErrorReply refusal(int status, std::string_view code, std::string message)
{
  ErrorReply reply;
  reply.status = status;
  reply.code = code;
  reply.message = std::move(message);
  return reply;
}

ErrorReply error_reply(Ending ending, std::string message)
{
  const auto& row = *std::ranges::find(k_endings, ending, &EndingRow::ending);
  ErrorReply reply;
  reply.status = row.status;
  reply.type = row.type;
  reply.code = row.code;
  reply.message = std::move(message);
  reply.repeat = row.repeat;
  if (row.retry_after > 0) {
    reply.retry_after = std::chrono::seconds(row.retry_after);
  }
  return reply;
}

Ending ending_of(FailureClass failure_class, bool may_have_been_charged)
{
  switch (failure_class) {
  case FailureClass::content: // other words are another picture
    return Ending::content;
  case FailureClass::outcome_unknown:
    return Ending::outcome_unknown;
  case FailureClass::not_saved:
  case FailureClass::no_image:
  case FailureClass::bad_image:
    return may_have_been_charged ? Ending::paid_not_delivered : Ending::not_drawn;
  default:
    break;
  }
  if (may_have_been_charged) {
    return Ending::outcome_unknown;
  }
  switch (failure_class) {
  case FailureClass::billing:
    return Ending::billing;
  case FailureClass::auth:
  case FailureClass::access:
    return Ending::access;
  case FailureClass::no_gateway:
    return Ending::no_gateway;
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::unsupported:
    return Ending::model;
  case FailureClass::size:
  case FailureClass::parameter:
  case FailureClass::invalid_request:
  case FailureClass::unclear:
  case FailureClass::usage:
    return Ending::invalid_request;
  case FailureClass::rate_limited:
    return Ending::rate_limited;
  case FailureClass::server:
  case FailureClass::unreachable:
  case FailureClass::tls:
    return Ending::unreachable;
  case FailureClass::cancelled: // nobody began it, or somebody ended it
    return Ending::overloaded;
  default:
    return Ending::not_drawn;
  }
}

ErrorReply error_reply(const Failure& failure)
{
  const auto message =
    failure.hint.empty() ? failure.message : fmt::format("{}: {}", failure.message, failure.hint);
  auto reply = error_reply(ending_of(failure.failure_class, false), sentence(message));
  if (!failure.code.empty()) {
    reply.code = failure.code;
  }
  reply.param = failure.param;
  return reply;
}

ErrorReply error_reply(const KeptJob& job)
{
  const auto parsed = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  const Json none;
  const auto& report = parsed ? static_cast<const Json&>(*parsed) : none;
  auto tried = tried_by(report);
  tried.may_have_been_charged =
    tried.may_have_been_charged || job.state == JobState::unknown || job.state == JobState::done;
  const auto* error = member(report, "error");
  auto failure_class =
    failure_class_from(error != nullptr ? string_or_empty(member(*error, "class")) : "");
  if (!failure_class) {
    failure_class = job.state == JobState::unknown ? FailureClass::outcome_unknown
                    : job.state == JobState::done  ? FailureClass::not_saved
                                                   : FailureClass::cancelled;
  }
  const auto ending = ending_of(*failure_class, tried.may_have_been_charged);
  auto message =
    error != nullptr ? sentence(std::string(string_or_empty(member(*error, "message")))) : "";
  if (message.empty()) {
    message = job.state == JobState::unknown ? "The process that asked for it is gone."
              : job.state == JobState::done  ? "It was drawn, and its file is not there any more."
                                             : "It was ended before anybody was asked.";
  }
  if (ending == Ending::outcome_unknown) {
    message = lost_message(message);
  }
  auto reply = error_reply(ending, std::move(message));
  reply.limn = told_of(job.id, tried.may_have_been_charged, tried.attempts);
  return reply;
}

ErrorReply unseen_reply(const std::string& job_id, const Failure& failure)
{
  auto reply = error_reply(Ending::outcome_unknown, lost_message(sentence(failure.message)));
  reply.limn = told_of(job_id, true, "[]");
  return reply;
}

ErrorReply closing_reply()
{
  return error_reply(Ending::overloaded, "limn serve is about to end. Nothing was asked for.");
}

std::string to_json(const ErrorReply& error)
{
  JsonWriter json;
  json.begin_object();
  json.key("error");
  json.begin_object();
  json.member("message", error.message);
  json.member("type", error.type);
  json.optional_member("param", error.param);
  json.optional_member("code", error.code);
  if (!error.limn.empty()) {
    json.key("limn");
    json.raw(error.limn);
  }
  json.end_object();
  json.end_object();
  return json.str();
}

HeaderList headers_of(const ErrorReply& error)
{
  HeaderList headers{{"content-type", "application/json"},
                     {"x-should-retry", error.repeat == Repeat::later ? "true" : "false"}};
  if (error.retry_after) {
    headers.emplace_back("retry-after", std::to_string(error.retry_after->count()));
  }
  return headers;
}

} // namespace limn
