#include "settings/output_name.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::array<std::string_view, 6> k_placeholders{"date",    "time",  "slug",
                                                         "gateway", "model", "n"};

} // namespace

Done read_output_name(const Value& value, Settings& settings)
{
  LIMN_TRY_ASSIGN(const auto name, read_text(value, "a name, such as \"{date}-{slug}\""));
  if (name.find('/') != std::string::npos) {
    return value.failure("a name cannot hold a '/': set output.directory for the folder");
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '}') {
      return value.failure("a '}' without a '{' before it");
    }
    if (name[i] != '{') {
      continue;
    }
    const auto end = name.find('}', i);
    if (end == std::string::npos) {
      return value.failure("a '{' without a '}' after it");
    }
    const auto placeholder = std::string_view(name).substr(i + 1, end - i - 1);
    if (std::find(k_placeholders.begin(), k_placeholders.end(), placeholder)
        == k_placeholders.end()) {
      return value.failure("unknown placeholder '{" + std::string(placeholder) + "}'"
                           + did_you_mean(placeholder, k_placeholders));
    }
    i = end;
  }
  settings.output_name = name;
  return {};
}

} // namespace limn
