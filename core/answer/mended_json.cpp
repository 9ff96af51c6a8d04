#include "answer/mended_json.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace limn {

namespace {

constexpr std::string_view k_no_break_space = "\xC2\xA0";

// What other languages write where JSON has null, true and false.
constexpr std::array<std::string_view, 12> k_nulls{
  "NaN", "nan",  "-NaN", "Infinity", "-Infinity", "+Infinity",
  "inf", "-inf", "Inf",  "-Inf",     "undefined", "None"};

bool is_hex(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_of_bare_word(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+'
         || c == '-' || c == '.' || c == '_';
}

class Mender
{
public:
  explicit Mender(std::string_view text) : m_text(text) {}

  std::optional<MendedJson> document()
  {
    while (m_at < m_text.size()) {
      if (!step()) {
        return std::nullopt;
      }
      if (m_has_begun && m_open.empty()) {
        return MendedJson{std::move(m_out), m_at};
      }
    }
    return std::nullopt;
  }

private:
  std::string_view rest() const { return m_text.substr(m_at); }

  bool step()
  {
    const char c = m_text[m_at];
    if (skip_what_is_no_json()) {
      return true;
    }
    if (c == '{' || c == '[') {
      m_open += c;
      m_has_begun = true;
      return put(c);
    }
    if (!m_has_begun) {
      return false;
    }
    if (c == '}' || c == ']') {
      return close(c);
    }
    if (c == '"') {
      return string();
    }
    if (c == ',') {
      // After another, or after an opening one, it separates nothing.
      if (m_last == ',' || m_last == '{' || m_last == '[') {
        ++m_at;
        return true;
      }
      m_comma_at = m_out.size();
    }
    return c == ',' || c == ':' ? put(c) : bare_word();
  }

  bool put(char c)
  {
    m_out += c;
    m_last = c;
    ++m_at;
    return true;
  }

  bool close(char c)
  {
    if (m_open.back() != (c == '}' ? '{' : '[')) {
      return false;
    }
    if (m_last == ',') {
      m_out.erase(m_comma_at, 1);
    }
    m_open.pop_back();
    return put(c);
  }

  // Blanks pass; what is no JSON at all leaves one.
  bool skip_what_is_no_json()
  {
    for (const auto mark : {k_byte_order_mark, k_no_break_space}) {
      if (rest().starts_with(mark)) {
        m_at += mark.size();
        return true;
      }
    }
    const auto c = static_cast<unsigned char>(m_text[m_at]);
    if (c <= ' ' || c == 0x7f) {
      m_out += c == '\n' ? '\n' : ' ';
      ++m_at;
      return true;
    }
    const bool is_line = rest().starts_with("//");
    if (!is_line && !rest().starts_with("/*")) {
      return false;
    }
    const auto end = is_line ? m_text.find('\n', m_at) : m_text.find("*/", m_at + 2);
    m_at = end == std::string_view::npos ? m_text.size() : end + (is_line ? 1 : 2);
    return true;
  }

  bool bare_word()
  {
    const auto word = rest().substr(
      0, static_cast<std::size_t>(std::find_if_not(rest().begin(), rest().end(), is_of_bare_word)
                                  - rest().begin()));
    if (word.empty()) {
      return false;
    }
    if (std::find(k_nulls.begin(), k_nulls.end(), word) != k_nulls.end()) {
      m_out += "null";
    } else if (word == "True" || word == "False") {
      m_out += word == "True" ? "true" : "false";
    } else {
      m_out += word.substr(word.starts_with('+') ? 1 : 0);
    }
    m_last = 'w';
    m_at += word.size();
    return true;
  }

  bool string()
  {
    m_out += '"';
    ++m_at;
    while (m_at < m_text.size()) {
      const char c = m_text[m_at];
      if (c == '"') {
        return put(c);
      }
      if (c == '\\') {
        escape();
      } else if (static_cast<unsigned char>(c) < 0x20) {
        control(c);
      } else {
        m_out += c;
        ++m_at;
      }
    }
    return false;
  }

  void control(char c)
  {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      m_out += "\\n";
    } else {
      m_out += "\\u00";
      m_out += {hex[byte >> 4U], hex[byte & 15U]};
    }
    ++m_at;
  }

  void escape()
  {
    const char what = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
    if (what == 'u') {
      unicode_escape();
    } else if (what != '\0'
               && std::string_view("\"\\/bfnrt").find(what) != std::string_view::npos) {
      m_out += {'\\', what};
      m_at += 2;
    } else { // "\'", "\x": a backslash too many
      ++m_at;
    }
  }

  // The value of the escape at `offset`, or -1 if none stands there.
  int unicode_at(std::size_t offset) const
  {
    const auto digits = m_text.substr(std::min(offset + 2, m_text.size()), 4);
    if (m_text.substr(std::min(offset, m_text.size()), 2) != "\\u" || digits.size() < 4
        || !std::all_of(digits.begin(), digits.end(), is_hex)) {
      return -1;
    }
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  }

  void unicode_escape()
  {
    const int value = unicode_at(m_at);
    const int next = unicode_at(m_at + 6);
    const bool is_high = value >= 0xD800 && value <= 0xDBFF;
    const bool is_pair = is_high && next >= 0xDC00 && next <= 0xDFFF;
    if (value < 0) {
      m_out += "\\\\u";
      m_at += 2;
    } else if (is_pair) {
      m_out += m_text.substr(m_at, 12);
      m_at += 12;
    } else {
      m_out += value >= 0xD800 && value <= 0xDFFF ? "\\ufffd" : m_text.substr(m_at, 6);
      m_at += 6;
    }
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::string m_out;
  std::string m_open; // brackets
  bool m_has_begun = false;
  char m_last = 0;            // that was no blank
  std::size_t m_comma_at = 0; // in m_out, if m_last is one
};

} // namespace

std::optional<MendedJson> mend_json(std::string_view text)
{
  return Mender(text).document();
}

} // namespace limn
