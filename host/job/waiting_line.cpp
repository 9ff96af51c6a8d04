#include "job/waiting_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr int k_narrow = 60; // columns
constexpr int k_bar = 16;
// One or two say little of the next.
constexpr std::size_t k_enough = 3;

double seconds_of(milliseconds time)
{
  return std::chrono::duration<double>(time).count();
}

std::string bytes_text(std::uint64_t bytes)
{
  constexpr double k_kb = 1000;
  constexpr double k_mb = 1000 * k_kb;
  const auto number = static_cast<double>(bytes);
  return number < k_mb ? fmt::format("{:.0f} kB", std::ceil(number / k_kb))
                       : fmt::format("{:.1f} MB", number / k_mb);
}

// How far it is, as far as anybody can tell: the median is four fifths of the bar, since half of
// all take longer.
double part_of(const WaitState& state)
{
  constexpr double k_at_median = 0.8;
  const double median = std::max(seconds_of(state.usual.median), 0.001);
  const double part = seconds_of(state.elapsed) / median;
  return part <= 1 ? part * k_at_median
                   : k_at_median + (1 - k_at_median) * (1 - std::exp(1 - part));
}

std::string usual_text(const WaitState& state)
{
  const auto& usual = state.usual;
  if (usual.count < k_enough) {
    return {};
  }
  const auto left = usual.median - state.elapsed;
  if (left > milliseconds(0)) {
    return fmt::format(" of about {}", rest_text(usual.median))
           + fmt::format(" · {} left", rest_text(left));
  }
  return state.elapsed <= usual.high
           ? fmt::format(" · usually {} to {}", rest_text(usual.low), rest_text(usual.high))
           : fmt::format(" · longer than usual ({})", rest_text(usual.median));
}

std::string phase_text(const WaitState& state)
{
  switch (state.phase) {
  case WaitPhase::models:
    return "looking for the model";
  case WaitPhase::turn:
    return "waiting";
  case WaitPhase::drawing:
    return "drawing";
  case WaitPhase::receiving:
    break;
  }
  return "receiving, " + bytes_text(state.bytes);
}

} // namespace

std::string bar(double part, int columns)
{
  const auto full = static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * columns));
  std::string text;
  for (int i = 0; i < columns; ++i) {
    text += i < full ? "█" : "░";
  }
  return text;
}

std::string rest_text(milliseconds rest)
{
  constexpr std::int64_t k_minute = 60;
  constexpr std::int64_t k_hour = 60 * k_minute;
  const auto seconds = static_cast<std::int64_t>(std::ceil(seconds_of(rest)));
  if (seconds < k_minute) {
    return fmt::format("{} s", seconds);
  }
  if (seconds < 10 * k_minute) {
    const auto more = seconds % k_minute / 10 * 10;
    return more == 0 ? fmt::format("{} min", seconds / k_minute)
                     : fmt::format("{} min {} s", seconds / k_minute, more);
  }
  return seconds < 2 * k_hour ? fmt::format("{} min", seconds / k_minute)
                              : fmt::format("{} h", seconds / k_hour);
}

std::string waiting_line(const WaitState& state, int columns)
{
  const bool is_drawn = state.phase == WaitPhase::drawing || state.phase == WaitPhase::receiving;
  const bool has_bar = is_drawn && state.usual.count >= k_enough && columns >= k_narrow;
  auto line = has_bar ? bar(part_of(state), k_bar) + " " : std::string();
  line += fmt::format("{:.0f} s", seconds_of(state.elapsed));
  if (is_drawn) {
    line += usual_text(state);
  }
  line += " · " + phase_text(state);
  if (state.wanted > 1) {
    line += fmt::format(" · {} of {} there", state.images, state.wanted);
  }
  return state.what.empty() ? line : line + " · " + state.what;
}

} // namespace limn
