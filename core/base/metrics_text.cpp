#include "base/metrics_text.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

void append_label_value(std::string& text, std::string_view value)
{
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') {
      text += '\\';
    }
    text += c;
  }
}

} // namespace

void MetricsText::family(std::string_view name, std::string_view kind, std::string_view help)
{
  m_text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
}

void MetricsText::sample(std::string_view name, const Labels& labels, std::uint64_t value)
{
  sample(name, labels, std::to_string(value));
}

void MetricsText::sample(std::string_view name, const Labels& labels, std::string_view number)
{
  m_text += name;
  char before = '{';
  for (const auto& [label, value] : labels) {
    m_text += fmt::format("{}{}=\"", before, label);
    append_label_value(m_text, value);
    m_text += '"';
    before = ',';
  }
  m_text += fmt::format("{} {}\n", labels.empty() ? "" : "}", number);
}

} // namespace limn
