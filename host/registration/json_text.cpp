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

// Nothing where a comment begins that does not end, or of which JSON5 says another end than JSONC
// does: what stands behind it would be a comment for one of them.
std::size_t end_of_comment(std::string_view text, std::size_t at)
{
  constexpr std::string_view k_line_separator = "\u2028";
  constexpr std::string_view k_paragraph_separator = "\u2029";
  if (text[at + 1] == '/') {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    line.remove_suffix(line.ends_with('\r') && end < text.size() ? 1 : 0);
    const bool has_other_end = line.find('\r') != std::string_view::npos
                               || line.find(k_line_separator) != std::string_view::npos
                               || line.find(k_paragraph_separator) != std::string_view::npos;
    return has_other_end ? std::string_view::npos : end;
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

// JSON5's numbers: 0x1F, .5, 5., 1e9, Infinity.
bool is_number(std::string_view word)
{
  word.remove_prefix(word.starts_with('+') || word.starts_with('-') ? 1 : 0);
  if (word == "NaN" || word == "Infinity") {
    return true;
  }
  const auto skip = [&word](std::string_view characters) {
    const auto count = std::min(word.find_first_not_of(characters), word.size());
    word.remove_prefix(count);
    return count;
  };
  constexpr std::string_view k_digits = "0123456789";
  if (word.starts_with("0x") || word.starts_with("0X")) {
    word.remove_prefix(2);
    return skip("0123456789abcdefABCDEF") > 0 && word.empty();
  }
  const bool has_zero = word.starts_with('0');
  const auto whole = skip(k_digits);
  if (has_zero && whole > 1) {
    return false;
  }
  const bool has_point = word.starts_with('.');
  word.remove_prefix(has_point ? 1 : 0);
  if (whole + (has_point ? skip(k_digits) : 0) == 0) {
    return false;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    word.remove_prefix(word.starts_with('+') || word.starts_with('-') ? 1 : 0);
    return skip(k_digits) > 0 && word.empty();
  }
  return word.empty();
}

bool is_value(std::string_view word)
{
  return word == "true" || word == "false" || word == "null" || is_number(word);
}

// JSON5 takes more of them, letters by their numbers among those: they may say what limn looks for.
bool is_plain_name(std::string_view word)
{
  constexpr std::string_view k_of_names =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";
  return word.find_first_not_of(k_of_names) == std::string_view::npos;
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
      return complain(m_at, "a comment that does not end as lines do");
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
      return complain(m_at, "a comment that does not end as lines do");
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
      if (name->kind == JsonNode::Kind::word && !is_plain_name(name->text)) {
        return complain(name->begin, "a name that limn reads in quotes only");
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
      if (m_text[m_at] == '\n' || m_text[m_at] == '\r') {
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
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_followed = m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9';
    if (is_digit && (c != '0' || is_followed)) {
      return false;
    }
    const auto known = k_letters.find(c);
    text += known == std::string_view::npos ? c : k_meaning[known];
    return true;
  }

  std::string_view m_text;
  std::size_t m_at = 0;
};

} // namespace

tl::unexpected<Failure> json_failure(std::string_view text, std::size_t at, std::string_view what)
{
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_begin = before.rfind('\n') + 1; // 0 where there is none
  return fail(FailureClass::settings,
              fmt::format("line {}, column {}: {}", line, before.size() - line_begin + 1, what));
}

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
  if (!is_utf8(text)) {
    return fail(FailureClass::settings, "it is not in UTF-8");
  }
  auto node = JsonTextReader(text).document();
  if (node) {
    return std::move(*node);
  }
  return json_failure(text, node.error().at, node.error().what);
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
