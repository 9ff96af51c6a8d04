#include "answer/answer_signs.hpp"

#include "base/ascii.hpp"
#include "base/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace limn {

namespace {

using rapidjson::Value;

constexpr std::size_t k_most_items = 64;
constexpr std::size_t k_longest_lead = 500;

bool contains(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

// The kind of a message: its `type`, else the name of its event.
std::string kind_of(std::string_view event_name, std::string_view content)
{
  if (const auto json = parse_json(content)) {
    if (const auto type = string_or_empty(member(*json, "type")); !type.empty()) {
      return ascii_lower(type);
    }
  }
  return ascii_lower(event_name);
}

bool is_about_drawing(std::string_view kind)
{
  return kind.starts_with("image_generation.") || kind.starts_with("image_edit.")
         || contains(kind, "image_generation_call");
}

bool is_of_failure(std::string_view kind)
{
  return contains(kind, "error") || contains(kind, "fail") || contains(kind, "cancel");
}

// Tokens end with a number: the first is no part of the tenth.
std::size_t place_of(std::string_view token, std::string_view content)
{
  auto at = content.find(token);
  while (at != std::string_view::npos && at + token.size() < content.size()
         && std::isdigit(static_cast<unsigned char>(content[at + token.size()])) != 0) {
    at = content.find(token, at + 1);
  }
  return at;
}

// What the JSON objects around `at` say, as far as they are there, without the objects in front of
// it that are closed. Of a long text what is near.
std::string said_around(std::string_view content, std::size_t at)
{
  constexpr std::size_t k_near = 64 * 1024;
  const auto near = content.substr(at, k_near);
  std::string said(near.substr(0, near.find('}')));
  std::reverse(said.begin(), said.end());
  std::size_t closed = 0;
  for (auto i = at; i > 0 && at - i < k_near; --i) {
    const char c = content[i - 1];
    if (c == '}') {
      ++closed;
    } else if (c == '{' && closed > 0) {
      --closed;
    } else if (closed == 0) {
      said += c;
    }
  }
  std::reverse(said.begin(), said.end());
  return said;
}

// The JSON string, or the whole text, in which `at` stands.
std::string_view string_around(std::string_view content, std::size_t at)
{
  const auto is_quote = [content](std::size_t i) {
    return content[i] == '"' && (i == 0 || content[i - 1] != '\\');
  };
  auto begin = at;
  while (begin > 0 && !is_quote(begin - 1)) {
    --begin;
  }
  auto end = at;
  while (end < content.size() && !is_quote(end)) {
    ++end;
  }
  return content.substr(begin, end - begin);
}

std::size_t count_of(const Value* object, std::string_view name)
{
  const auto* value = object != nullptr ? member(*object, name) : nullptr;
  if (value == nullptr) {
    return 0;
  }
  if (value->IsUint()) {
    return value->GetUint();
  }
  const auto text = string_or_empty(value);
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string json_of(const Value& value)
{
  rapidjson::StringBuffer buffer;
  rapidjson::Writer writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

bool names_an_id(std::string_view name)
{
  const auto lower = ascii_lower(name);
  return lower == "id" || lower.ends_with("_id") || lower.ends_with("-id") || name.ends_with("Id")
         || name.ends_with("ID");
}

void add(std::vector<std::string>& leads, std::string lead, std::size_t most)
{
  if (leads.size() < most && lead.size() <= k_longest_lead
      && std::find(leads.begin(), leads.end(), lead) == leads.end()) {
    leads.push_back(std::move(lead));
  }
}

void add_addresses(std::string_view text, std::vector<std::string>& leads, std::size_t most)
{
  for (std::size_t at = 0; (at = text.find("http", at)) != std::string_view::npos;) {
    const auto address = text.substr(at, text.find_first_of(" \t\r\n\"'<>\\^`{|}", at) - at);
    if (address.starts_with("http://") || address.starts_with("https://")) {
      auto end = address.find_last_not_of(").,;:!]");
      add(leads, std::string(address.substr(0, end + 1)), most);
    }
    at += 4;
  }
}

// The depth of a parsed document has a limit, and so has this.
void add_leads(const Value& value, std::vector<std::string>& leads, std::size_t most)
{
  if (value.IsString()) {
    add_addresses(string_or_empty(&value), leads, most);
  } else if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      add_leads(element, leads, most);
    }
  } else if (value.IsObject()) {
    for (const auto& entry : value.GetObject()) {
      const auto name = string_or_empty(&entry.name);
      const auto text = string_or_empty(&entry.value);
      if (names_an_id(name) && !text.empty()) {
        add(leads, std::string(name).append(" \"").append(text).append("\""), most);
      } else if (name.ends_with("url") && text.starts_with('/')) {
        add(leads, std::string(text), most); // of the gateway's own origin
      }
      add_leads(entry.value, leads, most);
    }
  }
}

std::size_t told_images(const Value& root)
{
  std::size_t most = 0;
  for (const auto* place : {"usage", "metadata", "task_metrics"}) {
    for (const auto* name : {"generated_images", "image_count", "images", "num_images",
                             "output_images", "success_count", "succeeded"}) {
      most = std::max(most, count_of(member(root, place), name));
    }
  }
  return most;
}

} // namespace

bool tells_of_drawing(std::string_view event_name, std::string_view content)
{
  // Most messages need no second look.
  if (!contains(event_name, "image") && !contains(content, "image_generation")
      && !contains(content, "image_edit")) {
    return false;
  }
  const auto kind = kind_of(event_name, content);
  if (is_about_drawing(kind)) {
    return !is_of_failure(kind);
  }
  if (kind != "response.output_item.added") {
    return false;
  }
  const auto json = parse_json(content);
  const auto* item = json ? member(*json, "item") : nullptr;
  return item != nullptr && string_or_empty(member(*item, "type")) == "image_generation_call";
}

bool refers_to(std::string_view content, std::string_view token)
{
  return place_of(token, content) != std::string_view::npos;
}

bool is_of_preview(std::string_view event_name, std::string_view content, std::string_view token)
{
  if (contains(event_name, "partial_image")) {
    return true;
  }
  if (parse_json(content)) {
    return contains(kind_of({}, content), "partial_image");
  }
  const auto at = place_of(token, content);
  return at != std::string_view::npos && contains(said_around(content, at), ".partial_image\"");
}

bool stands_in_page(std::string_view content, std::string_view token)
{
  const auto at = place_of(token, content);
  if (at == std::string_view::npos) {
    return false;
  }
  const auto text = string_around(content, at);
  constexpr std::array<std::string_view, 5> marks{"<!doctype", "<html", "<body", "<img", "<svg"};
  return std::any_of(marks.begin(), marks.end(), [text](std::string_view mark) {
    return find_ignoring_case(text, mark) != std::string_view::npos;
  });
}

bool begins_as_error(std::string_view content)
{
  constexpr std::string_view k_name = R"("error")";
  for (auto at = content.find(k_name); at != std::string_view::npos;
       at = content.find(k_name, at + 1)) {
    const auto rest = trimmed(content.substr(at + k_name.size()));
    const auto value = rest.starts_with(':') ? trimmed(rest.substr(1)) : std::string_view();
    if (value.starts_with('{') || value.starts_with('"')) {
      return true;
    }
  }
  return false;
}

std::size_t told_count(std::string_view content)
{
  const auto json = parse_json(content);
  return json ? told_images(*json) : 0;
}

bool counts_a_drawing(std::string_view content)
{
  if (!contains(content, "usage") && !contains(content, "metadata")
      && !contains(content, "task_metrics")) { // most messages need no second look
    return false;
  }
  const auto json = parse_json(content);
  if (!json) {
    return false;
  }
  const auto* usage = member(*json, "usage");
  return told_images(*json) > 0 || count_of(usage, "output_tokens") > 0
         || count_of(usage, "image_tokens") > 0;
}

std::vector<std::string> items_of(std::string_view content)
{
  std::vector<std::string> items;
  const auto json = parse_json(content);
  if (!json) {
    return items;
  }
  for (const auto* name : {"data", "images", "output", "choices", "candidates", "results"}) {
    const auto* list = member(*json, name);
    if (list == nullptr || !list->IsArray() || list->Size() < 2) {
      continue;
    }
    for (const auto& item : list->GetArray()) {
      if (item.IsObject() && items.size() < k_most_items) {
        items.push_back(json_of(item));
      }
    }
  }
  return items;
}

std::vector<std::string> leads_in(std::string_view content, std::size_t most)
{
  std::vector<std::string> leads;
  if (const auto json = parse_json(content)) {
    add_leads(*json, leads, most);
  } else {
    add_addresses(content, leads, most);
  }
  return leads;
}

} // namespace limn
