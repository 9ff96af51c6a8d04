#include "failure/error_report.hpp"

#include "base/ascii.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "failure/error_details.hpp"
#include "failure/refusal_reasons.hpp"
#include "failure/web_page.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace limn {

namespace {

using rapidjson::Value;

std::string_view text_of(const Value& object, std::string_view name)
{
  return trimmed(string_or_empty(member(object, name)));
}

// The first member that is a string with something in it.
std::string_view first_text(const Value& object, std::initializer_list<std::string_view> names)
{
  for (const auto name : names) {
    if (const auto text = text_of(object, name); !text.empty()) {
      return text;
    }
  }
  return {};
}

// A code as text: codes come as strings, numbers and numbers in strings.
std::string code_text(const Value* value)
{
  if (value == nullptr) {
    return {};
  }
  if (value->IsInt64()) {
    return std::to_string(value->GetInt64());
  }
  return std::string(trimmed(string_or_empty(value)));
}

std::string code_of(const Value& object)
{
  for (const std::string_view name : {"code", "error_code", "errcode", "errorCode", "Code"}) {
    if (auto code = code_text(member(object, name)); !code.empty()) {
      return code;
    }
  }
  return {};
}

// Servers with typed answers write every member, empty ones too: those say nothing.
bool says_something(const Value* value)
{
  if (value == nullptr || value->IsNull() || value->IsFalse()) {
    return false;
  }
  if (value->IsString()) {
    return !trimmed(string_or_empty(value)).empty();
  }
  if (value->IsNumber()) {
    return value->GetDouble() != 0;
  }
  if (value->IsArray()) {
    return std::any_of(value->Begin(), value->End(),
                       [](const Value& v) { return says_something(&v); });
  }
  if (value->IsObject()) {
    return std::any_of(value->MemberBegin(), value->MemberEnd(),
                       [](const auto& entry) { return says_something(&entry.value); });
  }
  return true;
}

bool is_nonzero_code(std::string_view code)
{
  const bool numeric = !code.empty() && std::all_of(code.begin(), code.end(), [](char c) {
    return c == '-' || (c >= '0' && c <= '9');
  });
  const bool success = code.find_first_not_of('0') == std::string_view::npos
                       || (code.size() == 3 && code.front() == '2');
  return numeric && !success;
}

const Value* first_of(const Value* value)
{
  return value != nullptr && value->IsArray() && !value->Empty() ? &(*value)[0] : value;
}

void set_if_empty(std::string& target, std::string_view text)
{
  if (target.empty()) {
    target = text;
  }
}

void append_sentence(std::string& message, std::string_view sentence)
{
  message.append(message.empty() ? "" : "; ").append(sentence);
}

void read_error_object(const Value& error, ErrorReport& report);

// FastAPI: a string, or a list of what is wrong where.
void read_detail(const Value* detail, ErrorReport& report)
{
  if (detail == nullptr) {
    return;
  }
  if (detail->IsObject()) {
    const auto* error = member(*detail, "error");
    read_error_object(error != nullptr && error->IsObject() ? *error : *detail, report);
    return;
  }
  if (!detail->IsArray()) {
    set_if_empty(report.message, trimmed(string_or_empty(detail)));
    return;
  }
  std::string message;
  for (const auto& entry : detail->GetArray()) {
    const auto place = place_of(member(entry, "loc"));
    if (const auto text = first_text(entry, {"msg", "message"}); !text.empty()) {
      append_sentence(message, place.empty() ? std::string(text)
                                             : std::string(place).append(": ").append(text));
    }
    set_if_empty(report.param, place);
    set_if_empty(report.type, text_of(entry, "type"));
  }
  set_if_empty(report.message, message);
}

// OpenRouter: what its own upstream said, and why its moderation objected.
void read_metadata(const Value* metadata, ErrorReport& report)
{
  if (metadata == nullptr) {
    return;
  }
  if (const auto raw = text_of(*metadata, "raw"); !raw.empty()) {
    append_sentence(report.message, without_markup(raw));
  }
  if (const auto* reasons = member(*metadata, "reasons"); says_something(reasons)) {
    set_if_empty(report.type, "content_policy_violation");
  }
}

void read_error_object(const Value& error, ErrorReport& report)
{
  set_if_empty(report.message, first_text(error, {"message", "msg", "err", "error_msg", "error",
                                                  "error_message", "Message", "faultstring"}));
  set_if_empty(report.code, code_of(error));
  set_if_empty(report.type, first_text(error, {"type", "status"}));
  set_if_empty(report.param, text_of(error, "param"));
  read_refused_fields(error, report);
  read_details(member(error, "details"), report);
  if (const auto* seconds = member(error, "retry_after");
      seconds != nullptr && seconds->IsNumber() && report.retry_delay.empty()) {
    report.retry_delay = std::to_string(seconds->GetDouble()) + "s";
  }
  read_detail(member(error, "detail"), report);
  read_metadata(member(error, "metadata"), report);
}

// The object of the Responses API, alone or inside of a stream event.
void read_response(const Value& response, std::string_view event_type, ErrorReport& report)
{
  const auto status = string_or_empty(member(response, "status"));
  if (const auto* error = member(response, "error"); says_something(error) && error->IsObject()) {
    report.is_error = true;
    read_error_object(*error, report);
  } else if (status == "failed" || event_type == "response.failed") {
    report.is_error = true;
    set_if_empty(report.message, "The response failed, and the gateway does not say why.");
    set_if_empty(report.type, "server_error");
  } else if (status == "incomplete" || event_type == "response.incomplete") {
    const auto* details = member(response, "incomplete_details");
    const auto reason = details == nullptr ? std::string_view() : text_of(*details, "reason");
    report.is_error = true;
    set_if_empty(report.code, reason);
    set_if_empty(report.message, std::string("The response is incomplete: ")
                                   .append(reason.empty() ? "no reason given" : reason));
  }
}

// The answer was an image, which says nothing; this is the JSON string of its token.
constexpr std::string_view k_image_as_answer = "\"@limn:";

// `error` as gateways write it: an object, an object in a list, a string, or just a flag.
void read_error_member(const Value& root, ErrorReport& report)
{
  const auto* error = first_of(member(root, "error"));
  if (!says_something(error)) {
    error = first_of(member(root, "errors"));
  }
  if (!says_something(error)) {
    return;
  }
  report.is_error = true;
  if (error->IsObject()) {
    read_error_object(*error, report);
    return;
  }
  const auto text = trimmed(string_or_empty(error));
  const auto explanation = first_text(root, {"message", "msg", "detail"});
  report.message = text;
  if (!explanation.empty() && explanation != text) {
    report.message.append(text.empty() ? "" : ": ").append(explanation);
  }
  const bool is_identifier = text.find(' ') == std::string_view::npos;
  report.code = code_of(root);
  set_if_empty(report.code, text_of(root, "name")); // Stability
  if (is_identifier) {
    set_if_empty(report.code, text);
  }
}

bool is_failed(std::string_view status)
{
  return equal_ignoring_case(status, "failure") || equal_ignoring_case(status, "failed")
         || equal_ignoring_case(status, "error");
}

bool carries_a_result(const Value& root)
{
  constexpr std::array<std::string_view, 8> names{"data",   "images",     "output",   "choices",
                                                  "result", "candidates", "b64_json", "url"};
  return std::any_of(names.begin(), names.end(),
                     [&root](std::string_view name) { return says_something(member(root, name)); });
}

// Codes and messages beside each other, without an `error`.
void read_flat(const Value& root, ErrorReport& report)
{
  const auto type = text_of(root, "type");
  const auto status = text_of(root, "status");
  const auto code = code_of(root);
  const auto message = first_text(root, {"message", "msg", "err", "error_msg", "error_message",
                                         "errorMessage", "errmsg", "Message", "title"});
  const auto* success = member(root, "success");
  if (type == "error" || (success != nullptr && success->IsFalse())) {
    report.is_error = true;
  } else if (!message.empty() && !carries_a_result(root)
             && (is_nonzero_code(code) || is_failed(status))) {
    report.is_error = true;
  }
  set_if_empty(report.message, message);
  set_if_empty(report.code, code);
  set_if_empty(report.param, text_of(root, "param"));
  if (type != "error" && type.find('.') == std::string_view::npos) {
    set_if_empty(report.type, type);
  }
  read_refused_fields(root, report);
  if (const auto* parts = member(root, "message"); parts != nullptr && parts->IsObject()) {
    read_detail(member(*parts, "detail"), report); // Mistral
  }
  const auto* detail = member(root, "detail");
  const auto title = text_of(root, "title"); // RFC 9457
  if (detail != nullptr && detail->IsString() && !title.empty() && report.message == title) {
    append_sentence(report.message, trimmed(string_or_empty(detail)));
    return;
  }
  read_detail(detail, report);
}

// A task that failed, inside of an answer that did not: Alibaba's `output`, WaveSpeed's `data`.
void read_failed_task(const Value& root, std::string_view name, ErrorReport& report)
{
  const auto* task = member(root, name);
  if (task == nullptr || !task->IsObject() || carries_a_result(*task)) {
    return;
  }
  if (is_failed(text_of(*task, "status")) || is_failed(text_of(*task, "task_status"))) {
    report.is_error = true;
    const auto* error = member(*task, "error");
    report.message.clear(); // that of the request itself, which went well
    read_error_object(error != nullptr && error->IsObject() ? *error : *task, report);
  }
}

// `header` and `base_resp`: a code that is 0 for success, and a message, in an object of their own.
void read_wrapped_code(const Value& root, std::string_view wrapper, std::string_view code_name,
                       std::string_view message_name, ErrorReport& report)
{
  const auto* object = member(root, wrapper);
  if (object == nullptr) {
    return;
  }
  const auto code = code_text(member(*object, code_name));
  if (is_nonzero_code(code)) {
    report.is_error = true;
    set_if_empty(report.code, code);
  }
  set_if_empty(report.message, text_of(*object, message_name));
}

// A list of images of which each is an error.
void read_failed_items(const Value& root, ErrorReport& report)
{
  const auto* items = member(root, "data");
  if (items == nullptr || !items->IsArray() || items->Empty()) {
    return;
  }
  for (const auto& item : items->GetArray()) {
    if (!says_something(member(item, "error"))) {
      return;
    }
  }
  report.is_error = true;
  const auto* error = member((*items)[0], "error");
  if (error->IsObject()) {
    read_error_object(*error, report);
  } else {
    set_if_empty(report.message, trimmed(string_or_empty(error)));
  }
}

void read_json(const Value& document, ErrorReport& report)
{
  const auto& root = *first_of(&document);
  if (!root.IsObject()) {
    report.message = trimmed(string_or_empty(&root));
    return;
  }
  read_error_member(root, report);
  read_flat(root, report);
  if (const auto* tencent = member(root, "Response"); tencent != nullptr) {
    if (const auto* error = member(*tencent, "Error"); error != nullptr && error->IsObject()) {
      report.is_error = true;
      read_error_object(*error, report);
    }
  }
  if (const auto* fault = member(root, "fault"); fault != nullptr && fault->IsObject()) {
    report.is_error = true;
    read_error_object(*fault, report); // Apigee
  }
  read_failed_task(root, "output", report);
  read_failed_task(root, "data", report);
  read_wrapped_code(root, "header", "code", "message", report);
  const auto type = text_of(root, "type");
  const auto* response = member(root, "response");
  if (response != nullptr && response->IsObject()) {
    read_response(*response, type, report);
  } else if (text_of(root, "object") == "response") {
    read_response(root, {}, report);
  }
  read_wrapped_code(root, "base_resp", "status_code", "status_msg", report);
  read_failed_items(root, report);
}

} // namespace

ErrorReport read_error_report(std::string_view content)
{
  auto text = trimmed(content);
  if (text.starts_with(k_byte_order_mark)) {
    text = trimmed(text.substr(k_byte_order_mark.size()));
  }
  ErrorReport report;
  if (text.empty() || text.starts_with(k_image_as_answer)) {
    return report;
  }
  if (text.front() == '<') {
    report.form = ErrorReport::Form::web_page;
    report.message = title_of(text);
    return report;
  }
  if (const auto document = parse_json(text)) {
    report.form = ErrorReport::Form::json;
    read_json(*document, report);
    if (const auto reason = refusal_reason(*document); !reason.empty()) {
      report.is_error = true;
      report.is_refusal = true;
      append_sentence(report.message, trimmed(reason));
    }
    report.message = without_markup(report.message);
  } else {
    report.form = ErrorReport::Form::text;
  }
  set_if_empty(report.message, text);
  return report;
}

} // namespace limn
