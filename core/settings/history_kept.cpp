#include "settings/history_kept.hpp"

#include "base/duration.hpp"

namespace limn {

Done read_history(const Value& value, Settings& settings)
{
  constexpr std::string_view k_wanted =
    "on, off, or how long it is kept, such as 90d (a day at least)";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  settings.keeps_history = text != "off" && text != "false";
  settings.history_kept.reset();
  if (!settings.keeps_history || text == "on" || text == "true") {
    return {};
  }
  const auto span = parse_span(text).value_or(std::chrono::milliseconds(0));
  if (span < std::chrono::hours(24)) {
    return value.expected(k_wanted);
  }
  settings.history_kept = std::chrono::duration_cast<std::chrono::seconds>(span);
  return {};
}

std::string show_history(const Settings& settings)
{
  if (!settings.keeps_history) {
    return "off";
  }
  constexpr std::int64_t k_day = 24 * 60 * 60;
  const auto kept = settings.history_kept.value_or(std::chrono::seconds(0)).count();
  return kept == 0           ? "on"
         : kept % k_day == 0 ? std::to_string(kept / k_day) + "d"
                             : std::to_string(kept / 3600) + "h";
}

} // namespace limn
