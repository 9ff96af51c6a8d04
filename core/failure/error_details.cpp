#include "failure/error_details.hpp"

#include <algorithm>

namespace limn {

using rapidjson::Value;

void read_details(const Value* details, ErrorReport& report)
{
  if (details == nullptr || !details->IsArray()) {
    return;
  }
  for (const auto& detail : details->GetArray()) {
    if (report.reason.empty()) {
      report.reason = string_or_empty(member(detail, "reason"));
    }
    if (report.retry_delay.empty()) {
      report.retry_delay = string_or_empty(member(detail, "retryDelay"));
    }
    const auto* violations = member(detail, "violations");
    if (violations == nullptr || !violations->IsArray()) {
      continue;
    }
    for (const auto& violation : violations->GetArray()) {
      report.quotas.append(string_or_empty(member(violation, "quotaId"))).append(" ");
    }
  }
}

void read_refused_fields(const Value& error, ErrorReport& report)
{
  if (report.param.empty()) {
    report.param = string_or_empty(member(error, "parameter"));
  }
  const auto* fields = member(error, "invalid_fields");
  if (fields != nullptr && fields->IsArray() && !fields->Empty() && report.param.empty()) {
    report.param = string_or_empty(member((*fields)[0], "field"));
  }
}

std::string_view place_of(const Value* location)
{
  if (location == nullptr || !location->IsArray()) {
    return {};
  }
  // Behind the name stands which type of a union was tried.
  constexpr std::string_view k_types[] = {"str", "int", "float", "bool", "list", "dict", "none"};
  for (auto i = location->Size(); i-- > 0;) {
    const auto part = string_or_empty(&(*location)[i]);
    const bool is_name =
      !part.empty() && part.find_first_of("[(") == std::string_view::npos
      && std::find(std::begin(k_types), std::end(k_types), part) == std::end(k_types);
    if (is_name) {
      return part;
    }
  }
  return {};
}

} // namespace limn
