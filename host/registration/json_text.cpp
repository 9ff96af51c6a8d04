#include "registration/json_text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr int k_deepest_json_text = 200;
constexpr std::string_view k_between_values = " \t\r\n\f\v";
// What ends a word or a name without quotes.
constexpr std::string_view k_marks = " \t\r\n\f\v,:{}[]\"'/";

struct JsonComplaint {
  std::size_t at;
  std::string_view what;
};

tl::unexpected<JsonComplaint> complain(std::size_t at, std::string_view what)
{
  return tl::unexpected<JsonComplaint>(JsonComplaint{at, what});
}

template <typename T>
using Read = tl::expected<T, JsonComplaint>;

// Nothing where a comment begins that does not end.
std::size_t end_of_comment(std::string_view text, std::size_t at)
{
  if (text[at + 1] == '/') {
    return std::min(text.find('\n', at), text.size());
  }
  const auto end = text.find("*/", at + 2);
  return end == std::string_view::npos ? end : end + 2;
}

void append_utf8(std::string& text, char32_t c)
{
  const auto byte = [&text](char32_t value) { text += static_cast<char>(value); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6)), byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3F)), byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F)), byte(0x80 | (c & 0x3F));
  }
}

// JSON5's numbers among them, by how they begin.
bool is_value(std::string_view word)
{
  constexpr std::string_view k_beginnings = "0123456789+-.";
  return k_beginnings.find(word.front()) != std::string_view::npos || word == "true"
         || word == "false" || word == "null" || word == "NaN" || word == "Infinity";
}

class JsonTextReader
{
public:
  explicit JsonTextReader(std::string_view text) : m_text(text)
  {
    m_at = text.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  }

  Read<JsonNode> document()
  {
    auto value = this->value(0);
    if (!value) {
      return value;
    }
    if (!blanks()) {
      return complain(m_at, "a comment that does not end");
    }
    if (m_at < m_text.size()) {
      return complain(m_at, "something behind the end");
    }
    return value;
  }

private:
  bool at(char c) const { return m_at < m_text.size() && m_text[m_at] == c; }

  bool blanks()
  {
    m_at = behind_blanks(m_text, m_at);
    return !m_text.substr(m_at).starts_with("/*");
  }

  Read<JsonNode> value(int depth)
  {
    if (depth > k_deepest_json_text) {
      return complain(m_at, "nested too deeply");
    }
    if (!blanks()) {
      return complain(m_at, "a comment that does not end");
    }
    if (m_at >= m_text.size()) {
      return complain(m_at, "a value is missing");
    }
    switch (m_text[m_at]) {
    case '{':
      return object(depth);
    case '[':
      return array(depth);
    case '"':
    case '\'':
      return string();
    default:
      break;
    }
    auto node = word();
    if (node && !is_value(node->text)) {
      return complain(node->begin, "no value of JSON");
    }
    return node;
  }

  Read<JsonNode> object(int depth)
  {
    JsonNode node{JsonNode::Kind::object, {}, {}, {}, m_at++, 0};
    for (;;) {
      blanks();
      if (at('}')) {
        break;
      }
      JsonNode::Member member;
      member.begin = m_at;
      auto name = at('"') || at('\'') ? string() : word();
      if (!name) {
        return name;
      }
      member.name = std::move(name->text);
      blanks();
      if (!at(':')) {
        return complain(m_at, "a ':' is missing");
      }
      ++m_at;
      auto value = this->value(depth + 1);
      if (!value) {
        return value;
      }
      member.value = std::move(*value);
      node.members.push_back(std::move(member));
      blanks();
      if (at(',')) {
        node.members.back().comma = m_at++;
      } else if (!at('}')) {
        return complain(m_at, "a ',' or '}' is missing");
      }
    }
    node.end = ++m_at;
    return node;
  }

  Read<JsonNode> array(int depth)
  {
    JsonNode node{JsonNode::Kind::array, {}, {}, {}, m_at++, 0};
    for (;;) {
      blanks();
      if (at(']')) {
        break;
      }
      auto item = this->value(depth + 1);
      if (!item) {
        return item;
      }
      node.items.push_back(std::move(*item));
      blanks();
      if (at(',')) {
        ++m_at;
      } else if (!at(']')) {
        return complain(m_at, "a ',' or ']' is missing");
      }
    }
    node.end = ++m_at;
    return node;
  }

  Read<JsonNode> word()
  {
    const auto end = std::min(m_text.find_first_of(k_marks, m_at), m_text.size());
    if (end == m_at) {
      return complain(m_at, "a value or a name is missing");
    }
    JsonNode node{
      JsonNode::Kind::word, std::string(m_text.substr(m_at, end - m_at)), {}, {}, m_at, end};
    m_at = end;
    return node;
  }

  Read<JsonNode> string()
  {
    const auto begin = m_at;
    const char quote = m_text[m_at++];
    JsonNode node{JsonNode::Kind::string, {}, {}, {}, begin, 0};
    while (m_at < m_text.size() && m_text[m_at] != quote) {
      if (m_text[m_at] == '\n') {
        return complain(begin, "a string that does not end on its line");
      }
      if (m_text[m_at] != '\\') {
        node.text += m_text[m_at++];
      } else if (!escape(node.text)) {
        return complain(m_at, "an escape that is none");
      }
    }
    if (m_at >= m_text.size()) {
      return complain(begin, "a string that does not end");
    }
    node.end = ++m_at;
    return node;
  }

  bool hexadecimal(std::size_t digits, char32_t& value)
  {
    value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++m_at) {
      const char c = m_at < m_text.size() ? m_text[m_at] : ' ';
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) {
        return false;
      }
      value = value * 16 + static_cast<char32_t>(digit);
    }
    return true;
  }

  bool escape(std::string& text)
  {
    constexpr std::string_view k_letters = "nrtbfv0";
    constexpr std::string_view k_meaning("\n\r\t\b\f\v\0", 7);
    ++m_at;
    if (m_at >= m_text.size()) {
      return false;
    }
    const char c = m_text[m_at++];
    char32_t value = 0;
    if (c == 'x') {
      return hexadecimal(2, value) && (append_utf8(text, value), true);
    }
    if (c == 'u') {
      if (!hexadecimal(4, value)) {
        return false;
      }
      char32_t low = 0;
      if (value >= 0xD800 && value < 0xDC00 && m_text.substr(m_at).starts_with("\\u")) {
        m_at += 2;
        if (!hexadecimal(4, low)) {
          return false;
        }
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
      }
      append_utf8(text, value);
      return true;
    }
    if (c == '\r' || c == '\n') { // JSON5: the line goes on
      m_at += c == '\r' && at('\n') ? 1 : 0;
      return true;
    }
    const auto known = k_letters.find(c);
    text += known == std::string_view::npos ? c : k_meaning[known];
    return true;
  }

  std::string_view m_text;
  std::size_t m_at = 0;
};

} // namespace

const JsonNode* JsonNode::find(std::string_view name) const
{
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [name](const Member& one) { return one.name == name; });
  return found == members.rend() ? nullptr : &found->value;
}

std::size_t behind_blanks(std::string_view text, std::size_t from)
{
  for (;;) {
    from = std::min(text.find_first_not_of(k_between_values, from), text.size());
    if (!text.substr(from).starts_with("//") && !text.substr(from).starts_with("/*")) {
      return from;
    }
    const auto end = end_of_comment(text, from);
    if (end == std::string_view::npos) {
      return from;
    }
    from = end;
  }
}

Result<JsonNode> read_json_text(std::string_view text)
{
  auto node = JsonTextReader(text).document();
  if (node) {
    return std::move(*node);
  }
  const auto before = text.substr(0, std::min(node.error().at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_begin = before.rfind('\n') + 1; // 0 where there is none
  return fail(
    FailureClass::settings,
    fmt::format("line {}, column {}: {}", line, before.size() - line_begin + 1, node.error().what));
}

bool is_same(const JsonNode& a, const JsonNode& b)
{
  return a.kind == b.kind && a.text == b.text
         && std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), is_same)
         && std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                       [](const JsonNode::Member& x, const JsonNode::Member& y) {
                         return x.name == y.name && is_same(x.value, y.value);
                       });
}

} // namespace limn
