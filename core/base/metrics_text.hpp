#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

// What a process has counted, as Prometheus reads it: the exposition format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
class MetricsText
{
public:
  static constexpr std::string_view k_content_type = "text/plain; version=0.0.4; charset=utf-8";

  // Names and values; values may be any text.
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  // Begins a family of samples. `kind`: "counter", "gauge" or "histogram"; `help` is one line.
  void family(std::string_view name, std::string_view kind, std::string_view help);

  void sample(std::string_view name, const Labels& labels, std::uint64_t value);
  void sample(std::string_view name, const Labels& labels, std::string_view number);

  const std::string& text() const { return m_text; }

private:
  std::string m_text;
};

} // namespace limn
