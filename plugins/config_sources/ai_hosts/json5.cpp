#include "config_sources/ai_hosts/json5.hpp"

#include <algorithm>

namespace limn::ai_hosts {

namespace {

bool is_word_character(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '$' || c == '+' || c == '-' || c == '.' || (c & 0x80) != 0;
}

class Json5
{
public:
  explicit Json5(std::string_view text) : m_rest(text)
  {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // would be a word
    if (m_rest.starts_with(byte_order_mark)) {
      m_rest.remove_prefix(byte_order_mark.size());
    }
  }

  std::string json()
  {
    while (!m_rest.empty()) {
      const char c = m_rest.front();
      if (c == '"' || c == '\'') {
        take_text();
      } else if (m_rest.starts_with("//")) {
        take(std::min(m_rest.find('\n'), m_rest.size()));
      } else if (m_rest.starts_with("/*")) {
        const auto end = m_rest.find("*/", 2);
        take(end == std::string_view::npos ? m_rest.size() : end + 2);
      } else if (is_word_character(c)) {
        take_word();
      } else {
        take(1);
      }
    }
    return std::move(m_json);
  }

private:
  void take(std::size_t size)
  {
    m_json += m_rest.substr(0, size);
    m_rest.remove_prefix(size);
  }

  void take_word()
  {
    const auto end = std::ranges::find_if_not(m_rest, is_word_character) - m_rest.begin();
    const auto word = m_rest.substr(0, static_cast<std::size_t>(end));
    const auto next = m_rest.find_first_not_of(" \t\r\n", word.size());
    const bool is_name = next != std::string_view::npos && m_rest[next] == ':';
    const bool is_literal = word == "true" || word == "false" || word == "null";
    if (is_literal && !is_name) {
      return take(word.size());
    }
    m_json += '"';
    take(word.size());
    m_json += '"';
  }

  void take_text()
  {
    const char quote = m_rest.front();
    m_rest.remove_prefix(1);
    m_json += '"';
    while (!m_rest.empty() && m_rest.front() != quote) {
      if (m_rest.front() == '\\' && m_rest.size() > 1) {
        take_escape();
      } else if (m_rest.front() == '"') { // in single quotes
        m_json += "\\\"";
        m_rest.remove_prefix(1);
      } else {
        take(1);
      }
    }
    if (!m_rest.empty()) {
      m_json += '"';
      m_rest.remove_prefix(1);
    }
  }

  void take_escape()
  {
    const char c = m_rest[1];
    constexpr std::string_view same_in_json = "\"\\/bfnrtu";
    if (same_in_json.find(c) != std::string_view::npos) {
      take(2);
      return;
    }
    m_rest.remove_prefix(2);
    if (c == 'x') {
      m_json += "\\u00"; // its two digits follow
    } else if (c == 'v') {
      m_json += "\\u000b";
    } else if (c == '0') {
      m_json += "\\u0000";
    } else if (c == '\r' && m_rest.starts_with('\n')) {
      m_rest.remove_prefix(1); // the line goes on
    } else if (c != '\n' && c != '\r') {
      m_json += c; // stands for itself
    }
  }

  std::string_view m_rest;
  std::string m_json;
};

} // namespace

std::string json_of_json5(std::string_view text)
{
  return Json5(text).json();
}

} // namespace limn::ai_hosts
