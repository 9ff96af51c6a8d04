#include "codec/error_report.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace limn {

namespace {

using rapidjson::Value;

std::string_view trimmed(std::string_view text)
{
  constexpr std::string_view blanks = " \t\r\n";
  const auto start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos) {
    return {};
  }
  return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

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

// --- Web pages ---

std::string with_entities_decoded(std::string_view text)
{
  constexpr std::array<std::pair<std::string_view, char>, 6> entities{{{"&lt;", '<'},
                                                                       {"&gt;", '>'},
                                                                       {"&quot;", '"'},
                                                                       {"&#39;", '\''},
                                                                       {"&#x27;", '\''},
                                                                       {"&amp;", '&'}}};
  std::string decoded;
  while (!text.empty()) {
    const auto entity = std::find_if(entities.begin(), entities.end(),
                                     [text](const auto& e) { return text.starts_with(e.first); });
    decoded += entity == entities.end() ? text.front() : entity->second;
    text.remove_prefix(entity == entities.end() ? 1 : entity->first.size());
  }
  return decoded;
}

std::string title_of(std::string_view page)
{
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>{"<title", "</title"}, {"<h1", "</h1"}}) {
    const auto tag = find_ignoring_case(page, open);
    const auto start = tag == std::string_view::npos ? tag : page.find('>', tag);
    const auto end =
      start == std::string_view::npos ? start : find_ignoring_case(page, close, start);
    if (end != std::string_view::npos) {
      return with_entities_decoded(trimmed(page.substr(start + 1, end - start - 1)));
    }
  }
  return {};
}

// A relay that found a web page behind it puts the whole page into its own message.
std::string without_markup(std::string_view text)
{
  const bool is_page =
    find_ignoring_case(text, "<!doctype") == 0 || find_ignoring_case(text, "<html") == 0;
  if (!is_page) {
    return std::string(text);
  }
  const auto title = title_of(text);
  return title.empty() ? "a web page" : "a web page (" + title + ")";
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
    const auto* location = member(entry, "loc");
    std::string_view place;
    if (location != nullptr && location->IsArray() && !location->Empty()) {
      place = string_or_empty(&(*location)[location->Size() - 1]);
    }
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
  set_if_empty(report.message, first_text(error, {"message", "msg", "err", "error_msg", "error"}));
  set_if_empty(report.code, code_text(member(error, "code")));
  set_if_empty(report.type, first_text(error, {"type", "status"}));
  set_if_empty(report.param, text_of(error, "param"));
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
  report.code = code_text(member(root, "code"));
  if (is_identifier) {
    set_if_empty(report.code, text);
  }
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
  const auto code = code_text(member(root, "code"));
  const auto message = first_text(root, {"message", "msg", "err", "error_msg"});
  const auto* success = member(root, "success");
  if (type == "error" || (success != nullptr && success->IsFalse())) {
    report.is_error = true;
  } else if (!message.empty() && !carries_a_result(root)
             && (is_nonzero_code(code) || status == "failure" || status == "error")) {
    report.is_error = true;
  }
  set_if_empty(report.message, message);
  set_if_empty(report.code, code);
  set_if_empty(report.param, text_of(root, "param"));
  if (type != "error" && type.find('.') == std::string_view::npos) {
    set_if_empty(report.type, type);
  }
  read_detail(member(root, "detail"), report);
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
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  auto text = trimmed(content);
  if (text.starts_with(byte_order_mark)) {
    text = trimmed(text.substr(byte_order_mark.size()));
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
    report.message = without_markup(report.message);
  } else {
    report.form = ErrorReport::Form::text;
  }
  set_if_empty(report.message, text);
  return report;
}

} // namespace limn
