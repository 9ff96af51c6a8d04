#include "registration/toml_text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace limn {

namespace {

constexpr int k_deepest_toml = 100;
constexpr std::size_t k_most_toml_names =
  64; // of one key; who reads them goes a level down for each
constexpr std::string_view k_toml_blanks = " \t";
constexpr std::string_view k_bare =
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
// What numbers, dates and the words true, false, inf and nan are made of.
constexpr std::string_view k_plain_value =
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.:";

// Every function gives false, or nothing, where the text is not what it reads; `m_at` tells where.
class TomlTextReader
{
public:
  explicit TomlTextReader(std::string_view text) : m_text(text)
  {
    m_at = text.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  }

  std::optional<std::vector<TomlTable>> document()
  {
    std::vector<TomlTable> tables(1);
    tables.front().line_end = m_at;
    for (;;) {
      skip_lines();
      if (m_at >= m_text.size()) {
        return tables;
      }
      if (at('[')) {
        auto table = header();
        if (!table || (!table->is_list_item && !m_headers.insert(table->name).second)) {
          return std::nullopt;
        }
        if (table->is_list_item) { // the next item may have the same tables below it
          std::erase_if(m_headers, [&table](const TomlPath& one) {
            return one.size() > table->name.size()
                   && std::equal(table->name.begin(), table->name.end(), one.begin());
          });
        }
        tables.push_back(std::move(*table));
        m_keys.clear();
      } else {
        auto one = pair();
        if (!one || !m_keys.insert(one->key).second) {
          return std::nullopt;
        }
        tables.back().pairs.push_back(std::move(*one));
      }
    }
  }

  std::size_t place() const { return m_at; }

private:
  bool at(char c) const { return m_at < m_text.size() && m_text[m_at] == c; }
  bool begins(std::string_view word) const { return m_text.substr(m_at).starts_with(word); }

  void blanks() { m_at = std::min(m_text.find_first_not_of(k_toml_blanks, m_at), m_text.size()); }

  void comment()
  {
    if (at('#')) {
      m_at = std::min(m_text.find('\n', m_at), m_text.size());
    }
  }

  // Empty ones, and comments.
  void skip_lines()
  {
    do {
      blanks();
      comment();
    } while (line_end());
  }

  bool line_end()
  {
    const auto size = begins("\r\n") ? 2 : begins("\n") ? 1 : 0;
    m_at += static_cast<std::size_t>(size);
    return size > 0;
  }

  // Nothing but a comment is on the rest of the line.
  bool rest_of_line()
  {
    blanks();
    comment();
    return line_end() || m_at >= m_text.size();
  }

  std::optional<TomlTable> header()
  {
    TomlTable table;
    table.begin = m_at;
    ++m_at;
    if (at('[')) {
      table.is_list_item = true;
      ++m_at;
    }
    auto name = key();
    if (!name || !at(']')) {
      return std::nullopt;
    }
    ++m_at;
    if (table.is_list_item && !at(']')) {
      return std::nullopt;
    }
    m_at += table.is_list_item ? 1 : 0;
    if (!rest_of_line()) {
      return std::nullopt;
    }
    table.name = std::move(*name);
    table.line_end = m_at;
    return table;
  }

  std::optional<TomlPair> pair()
  {
    TomlPair one;
    one.begin = m_at;
    auto name = key();
    if (!name || !at('=')) {
      return std::nullopt;
    }
    ++m_at;
    blanks();
    one.key = std::move(*name);
    one.value_begin = m_at;
    if (!value(0)) {
      return std::nullopt;
    }
    one.value_end = m_at;
    if (!rest_of_line()) {
      return std::nullopt;
    }
    one.line_end = m_at;
    return one;
  }

  // Dotted, with the blanks around it.
  std::optional<TomlPath> key()
  {
    TomlPath names;
    for (;;) {
      blanks();
      auto name = key_name();
      if (!name || names.size() == k_most_toml_names) {
        return std::nullopt;
      }
      names.push_back(std::move(*name));
      blanks();
      if (!at('.')) {
        return names;
      }
      ++m_at;
    }
  }

  std::optional<std::string> key_name()
  {
    const auto begin = m_at;
    if (at('"') || at('\'')) {
      if (begins("\"\"\"") || begins("'''") || !string()) {
        return std::nullopt;
      }
      const auto name = m_text.substr(begin + 1, m_at - begin - 2);
      if (m_text[begin] == '"' && has_escaped_letter(name)) {
        m_at = begin;
        return std::nullopt;
      }
      // One with another escape is none that limn looks for.
      return std::string(name);
    }
    m_at = std::min(m_text.find_first_not_of(k_bare, m_at), m_text.size());
    if (m_at == begin) {
      return std::nullopt;
    }
    return std::string(m_text.substr(begin, m_at - begin));
  }

  // By its number a letter can be any, and so the name one that limn looks for.
  static bool has_escaped_letter(std::string_view name)
  {
    constexpr std::string_view k_by_number = "uUx";
    for (auto at = name.find('\\'); at < name.size(); at = name.find('\\', at + 2)) {
      if (at + 1 < name.size() && k_by_number.find(name[at + 1]) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  }

  // Of any of the four kinds.
  bool string()
  {
    const char quote = m_text[m_at];
    const std::string end =
      begins(std::string(3, quote)) ? std::string(3, quote) : std::string(1, quote);
    const auto begin = m_at;
    m_at += end.size();
    while (m_at < m_text.size() && !begins(end)) {
      if (end.size() == 1 && at('\n')) {
        m_at = begin;
        return false;
      }
      m_at += at('\\') && quote == '"' ? 2 : 1;
    }
    if (m_at >= m_text.size()) {
      m_at = begin;
      return false;
    }
    m_at += end.size();
    // Up to two quotes more belong to a string of several lines.
    for (int i = 0; i < 2 && end.size() == 3 && at(quote); ++i) {
      ++m_at;
    }
    return true;
  }

  bool value(int depth)
  {
    if (depth > k_deepest_toml) {
      return false;
    }
    if (at('"') || at('\'')) {
      return string();
    }
    if (at('[')) {
      return array(depth);
    }
    if (at('{')) {
      return inline_table(depth);
    }
    const auto begin = m_at;
    m_at = std::min(m_text.find_first_not_of(k_plain_value, m_at), m_text.size());
    const auto word = m_text.substr(begin, m_at - begin);
    if (!is_plain_value(word)) {
      m_at = begin;
      return false;
    }
    // 1979-05-27 07:32:00
    if (word.size() == 10 && word[4] == '-' && at(' ') && m_at + 1 < m_text.size()
        && m_text[m_at + 1] >= '0' && m_text[m_at + 1] <= '9') {
      m_at = std::min(m_text.find_first_not_of(k_plain_value, m_at + 1), m_text.size());
    }
    return true;
  }

  static bool is_plain_value(std::string_view word)
  {
    const auto number = word.substr(word.starts_with('+') || word.starts_with('-') ? 1 : 0);
    return word == "true" || word == "false" || number == "inf" || number == "nan"
           || (!number.empty() && number.front() >= '0' && number.front() <= '9');
  }

  bool array(int depth)
  {
    ++m_at;
    for (;;) {
      skip_lines();
      if (at(']')) {
        ++m_at;
        return true;
      }
      if (!value(depth + 1)) {
        return false;
      }
      skip_lines();
      if (at(',')) {
        ++m_at;
      } else if (!at(']')) {
        return false;
      }
    }
  }

  // Over several lines as well, as TOML 1.1 has it.
  bool inline_table(int depth)
  {
    ++m_at;
    for (;;) {
      skip_lines();
      if (at('}')) {
        ++m_at;
        return true;
      }
      if (!key() || !at('=')) {
        return false;
      }
      ++m_at;
      blanks();
      if (!value(depth + 1)) {
        return false;
      }
      skip_lines();
      if (at(',')) {
        ++m_at;
      } else if (!at('}')) {
        return false;
      }
    }
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::set<TomlPath> m_headers; // no table stands there twice,
  std::set<TomlPath> m_keys;    // and no key in one
};

} // namespace

Result<std::vector<TomlTable>> read_toml_text(std::string_view text)
{
  TomlTextReader reader(text);
  if (auto tables = reader.document()) {
    return std::move(*tables);
  }
  const auto before = text.substr(0, std::min(reader.place(), text.size()));
  return fail(
    FailureClass::settings,
    fmt::format(
      "line {}: this is no TOML, stands there twice, or is nested or named as limn does not "
      "read it",
      std::count(before.begin(), before.end(), '\n') + 1));
}

} // namespace limn
