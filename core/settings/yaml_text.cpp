#include "settings/yaml_text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

bool is_alphanumeric(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Much narrower than YAML's own rule, which nobody can keep in mind.
bool is_plain(std::string_view text)
{
  constexpr std::array<std::string_view, 7> k_words{"null", "true", "false", "yes",
                                                    "no",   "on",   "off"};
  if (text.empty() || text.back() == ':') {
    return false;
  }
  if (!is_alphanumeric(text.front()) && text.front() != '/' && text.front() != '_') {
    return false;
  }
  if (!std::all_of(text.begin(), text.end(), [](char c) {
        return is_alphanumeric(c) || std::string_view("_./:+-").find(c) != std::string_view::npos;
      })) {
    return false;
  }
  return std::find(k_words.begin(), k_words.end(), ascii_lower(text)) == k_words.end();
}

} // namespace

std::string yaml_text(std::string_view text)
{
  if (is_plain(text)) {
    return std::string(text);
  }
  constexpr std::string_view k_hex = "0123456789abcdef";
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // U+0080 to U+009F command terminals too.
    const bool is_c1 = c == '\xc2' && i + 1 < text.size() && (text[i + 1] & 0xe0) == 0x80;
    const auto byte = static_cast<unsigned char>(is_c1 ? text[++i] : c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_c1 || byte < 0x20 || byte == 0x7f) {
      result += "\\x";
      result += k_hex[byte >> 4];
      result += k_hex[byte & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string yaml_list(const std::vector<std::string>& texts)
{
  std::string result = "[";
  for (const auto& text : texts) {
    result += result.size() > 1 ? ", " : "";
    result += yaml_text(text);
  }
  return result + "]";
}

} // namespace limn
