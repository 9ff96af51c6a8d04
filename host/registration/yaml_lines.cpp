#include "registration/yaml_lines.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace limn {

YamlLines::YamlLines(std::string_view text)
{
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    m_lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void YamlLines::insert(int line, const std::vector<std::string>& lines)
{
  m_lines.insert(m_lines.begin() + (line - 1), lines.begin(), lines.end());
}

void YamlLines::erase(int first, int behind)
{
  m_lines.erase(m_lines.begin() + (first - 1), m_lines.begin() + (behind - 1));
}

std::string YamlLines::text() const
{
  std::string text;
  for (const auto& line : m_lines) {
    text += line;
  }
  return text;
}

bool is_comment_or_blank(std::string_view line)
{
  const auto content = trimmed(line);
  return content.empty() || content.front() == '#';
}

std::string comment_on(std::string_view line)
{
  char quote = '\0';
  int depth = 0;          // of braces
  bool is_word = false;   // in text without quotes, in which a quote is a letter
  std::size_t blanks = 0; // where those begin that end at i
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_blank = c == ' ' || c == '\t';
    const bool ends_word =
      (c == ':' && (i + 1 == line.size() || line[i + 1] == ' ' || line[i + 1] == '\t'))
      || (depth > 0 && std::string_view(",[]{}").find(c) != std::string_view::npos)
      || (!is_word && (c == '[' || c == '{'));
    if (quote != '\0') {
      i += c == '\\' && quote == '"' ? 1 : 0;
      quote = c == quote ? '\0' : quote;
    } else if (c == '#' && blanks < i) {
      const auto end = line.find_last_not_of("\r\n") + 1;
      return std::string(line.substr(blanks, end - blanks));
    } else if (ends_word) {
      depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
      is_word = false;
    } else if (!is_word && (c == '"' || c == '\'')) {
      quote = c;
    } else if (!is_blank) {
      is_word = true;
    }
    blanks = is_blank ? blanks : i + 1;
  }
  return {};
}

bool open_key_line(std::string& line, int column)
{
  const auto colon = line.find(':', static_cast<std::size_t>(column) - 1);
  if (colon == std::string::npos) {
    return false;
  }
  const auto begin = line.find_first_not_of(" \t", colon + 1);
  const auto rest = std::string_view(line).substr(std::min(begin, line.size()));
  for (const std::string_view nothing : {"{}", "{ }", "null", "~"}) {
    if (rest.starts_with(nothing)) {
      line.erase(colon + 1, begin + nothing.size() - colon - 1);
      return true;
    }
  }
  return rest.empty() || rest.front() == '#' || rest.front() == '\r' || rest.front() == '\n';
}

} // namespace limn
