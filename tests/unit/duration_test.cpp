#include "base/duration.hpp"

#include <doctest/doctest.h>

using namespace limn;

TEST_CASE("durations are read with and without a unit")
{
  struct Row {
    std::string_view text;
    long milliseconds; // -1: refused
  };
  for (const auto& row : {
         Row{"600s", 600'000},
         Row{"10m", 600'000},
         Row{"1h", 3'600'000},
         Row{"500ms", 500},
         Row{"600", 600'000},
         Row{"1.5h", 5'400'000},
         Row{"0.25", 250},
         Row{"0", 0},
         Row{"24h", 86'400'000},
         Row{"86400001ms", -1},
         Row{"25h", -1},
         Row{"", -1},
         Row{"s", -1},
         Row{"-1s", -1},
         Row{"+1s", -1},
         Row{"1e3", -1},
         Row{"inf", -1},
         Row{"nan", -1},
         Row{"0x10", -1},
         Row{"99999999999999999999999999999999999h", -1},
         Row{"1h30m", 5'400'000},
         Row{"10m30s", 630'000},
         Row{"1h 30 min", 5'400'000},
         Row{"1m500ms", 60'500},
         Row{"2 min", 120'000},
         Row{" 5s\t", 5'000},
         Row{"1 hour", 3'600'000},
         Row{"90 seconds", 90'000},
         Row{"1d", 86'400'000},
         Row{"1d1ms", -1},
         Row{"30m1h", -1},
         Row{"1h1h", -1},
         Row{"1h30", -1},
         Row{"1 30m", -1},
         Row{"1hm", -1},
         Row{"1M", -1},
         Row{"1.h.5m", -1},
         Row{"5 s s", -1},
       }) {
    CAPTURE(row.text);
    const auto duration = parse_duration(row.text);
    CHECK((duration ? duration->count() : -1) == row.milliseconds);
  }
}

TEST_CASE("a shown duration reads back as the same")
{
  for (const long milliseconds : {0L, 1L, 500L, 1'000L, 1'500L, 600'000L, 86'400'000L}) {
    const std::chrono::milliseconds duration(milliseconds);
    CHECK(parse_duration(to_string(duration)) == duration);
  }
  CHECK(to_string(std::chrono::milliseconds(600'000)) == "600s");
}

TEST_CASE("a span may be of weeks, and needs a unit")
{
  constexpr long k_day = 86'400'000;
  struct Row {
    std::string_view text;
    long milliseconds; // -1: refused
  };
  for (const auto& row :
       {Row{"30d", 30 * k_day}, Row{"2w", 14 * k_day}, Row{"1w2d", 9 * k_day},
        Row{"2 weeks", 14 * k_day}, Row{"90m", 5'400'000}, Row{"36500d", 36'500 * k_day},
        Row{"36501d", -1}, Row{"30", -1}, Row{"0", -1}, Row{"", -1}, Row{"3M", -1}, Row{"-1d", -1},
        Row{"2d1w", -1}}) {
    CAPTURE(row.text);
    const auto span = parse_span(row.text);
    CHECK((span ? span->count() : -1) == row.milliseconds);
  }
}
