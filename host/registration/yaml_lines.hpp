#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The lines of a text, each with its end. They are counted from 1, as readers of YAML tell them.
class YamlLines
{
public:
  explicit YamlLines(std::string_view text);

  std::size_t count() const { return m_lines.size(); }
  std::string& line(int number) { return m_lines[static_cast<std::size_t>(number) - 1]; }

  // In front of that line; 1 puts them in front of all.
  void insert(int line, const std::vector<std::string>& lines);
  void erase(int first, int behind);

  std::string text() const;

private:
  std::vector<std::string> m_lines;
};

bool is_comment_or_blank(std::string_view line);

// The comment at the end of a line, with the blanks before it; empty where there is none.
std::string comment_on(std::string_view line);

// Takes away what says on the line of a key, which begins at `column`, that it has nothing: "{}",
// "null", "~". False where it has something there.
bool open_key_line(std::string& line, int column);

} // namespace limn
