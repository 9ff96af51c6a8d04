#include "engine/rate_book.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

using std::chrono::milliseconds;

// A pause hardly longer than the budget is waited for: clocks and timers are not exact.
constexpr milliseconds k_close_enough{250};

std::string_view plural_ending(int count)
{
  return count == 1 ? "" : "s";
}

} // namespace

void rule_on_closed(const std::vector<RateBook::Asked>& queue, milliseconds closed_until,
                    RateBook::Look& look)
{
  using State = RateBook::Ruling::State;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    auto& ruling = look.rulings[i];
    ruling.pause = closed_until - queue[i].since;
    if (ruling.pause > queue[i].budget + k_close_enough) {
      ruling.state = State::turned_away;
      ruling.pause = closed_until - look.at;
    } else if (!look.wait) {
      look.wait = {closed_until, fmt::format("{} asked for a pause", queue[i].name)};
    }
  }
}

std::string minute_is_full(const RateBook::Asked& asked)
{
  const auto most = asked.limits.images_per_minute;
  return fmt::format("{} takes {} image{} a minute", asked.name, most, plural_ending(most));
}

std::string flight_is_full(const RateBook::Asked& asked)
{
  const auto most = asked.limits.max_in_flight;
  return fmt::format("{} takes {} request{} at the same time", asked.name, most,
                     plural_ending(most));
}

} // namespace limn
