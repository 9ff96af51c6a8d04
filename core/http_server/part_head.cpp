#include "http_server/part_head.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::size_t k_longest_boundary = 70; // RFC 2046, section 5.1.1

// A header's value: `form-data; name="a"; filename="b"`.
struct Value {
  std::string type;                                            // in lower case
  std::vector<std::pair<std::string, std::string>> parameters; // names in lower case

  const std::string* parameter(std::string_view name) const
  {
    for (const auto& [key, value] : parameters) {
      if (key == name) {
        return &value;
      }
    }
    return nullptr;
  }
};

// Takes a quoted string off the front of `text`. A backslash that stands before anything else is
// itself: in the paths of old browsers.
Result<std::string> take_quoted(std::string_view& text)
{
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    const auto next = text.substr(at + 1, 1);
    if (text[at] == '\\' && (next == "\"" || next == "\\")) {
      ++at;
    }
    value += text[at];
  }
  return refuse_form("a quoted value above a part of the form has no end");
}

Result<Value> read_value(std::string_view text)
{
  Value value;
  value.type = ascii_lower(trimmed(text.substr(0, text.find(';'))));
  text.remove_prefix(std::min(text.size(), text.find(';')));
  while (!text.empty()) {
    text = trimmed(text.substr(1));
    const auto name_end = text.find_first_of("=;");
    auto name = ascii_lower(trimmed(text.substr(0, name_end)));
    text.remove_prefix(std::min(text.size(), name_end));
    if (!text.starts_with('=')) {
      continue; // without a value
    }
    text = trimmed(text.substr(1));
    std::string content;
    if (text.starts_with('"')) {
      LIMN_TRY_ASSIGN(content, take_quoted(text));
    } else {
      content = trimmed(text.substr(0, text.find(';')));
    }
    text.remove_prefix(std::min(text.size(), text.find(';')));
    value.parameters.emplace_back(std::move(name), std::move(content));
  }
  return value;
}

// As browsers write what cannot stand in a quoted name (HTML standard, "multipart form data").
std::string without_escapes(const std::string& text)
{
  constexpr std::pair<std::string_view, char> k_escapes[] = {
    {"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto* const escape =
      std::find_if(std::begin(k_escapes), std::end(k_escapes), [&](const auto& one) {
        return std::string_view(text).substr(at, one.first.size()) == one.first;
      });
    const bool is_escape = escape != std::end(k_escapes);
    result += is_escape ? escape->second : text[at];
    at += is_escape ? escape->first.size() - 1 : 0;
  }
  return result;
}

// Takes a header off the front, with the lines that it is folded into.
std::string take_header(std::string_view& lines)
{
  std::string header;
  do {
    const auto end = std::min(lines.size(), lines.find("\r\n"));
    header += lines.substr(0, end);
    lines.remove_prefix(std::min(lines.size(), end + 2));
  } while (lines.starts_with(' ') || lines.starts_with('\t'));
  return header;
}

bool is_boundary_character(char c)
{
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z')
         || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

} // namespace

Result<std::string> form_boundary(std::string_view content_type)
{
  LIMN_TRY_ASSIGN(const auto value, read_value(content_type));
  if (value.type != "multipart/form-data") {
    return refuse_form("the body is no form: its Content-Type is not multipart/form-data");
  }
  const auto* const boundary = value.parameter("boundary");
  if (!boundary || boundary->empty()) {
    return refuse_form("the Content-Type of the form tells no boundary");
  }
  if (boundary->size() > k_longest_boundary || boundary->ends_with(' ')
      || !std::all_of(boundary->begin(), boundary->end(), is_boundary_character)) {
    return refuse_form("the boundary of the form is none that RFC 2046 allows");
  }
  return *boundary;
}

Result<PartHead> read_part_head(std::string_view lines)
{
  PartHead head;
  bool has_name = false;
  while (!lines.empty() && lines != "\r\n") {
    const auto header = take_header(lines);
    const auto colon = header.find(':');
    const auto name = ascii_lower(std::string_view(header).substr(0, colon));
    if (colon == std::string::npos || name.empty()
        || name.find_first_of(" \t\"") != std::string::npos) {
      return refuse_form("a line above a part of the form is no header");
    }
    const auto text = trimmed(std::string_view(header).substr(colon + 1));
    if (name == "content-type") {
      head.media_type = text;
    }
    if (name != "content-disposition") {
      continue;
    }
    LIMN_TRY_ASSIGN(const auto value, read_value(text));
    const auto* const part_name = value.parameter("name");
    if (value.type != "form-data" || !part_name) {
      continue;
    }
    has_name = true;
    head.name = without_escapes(*part_name);
    if (const auto* const filename = value.parameter("filename")) {
      head.filename = without_escapes(*filename);
    }
  }
  if (!has_name) {
    return refuse_form("a part of the form has no name");
  }
  return head;
}

} // namespace limn
