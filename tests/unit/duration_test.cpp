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
         Row{"600s", 600'000},   Row{"10m", 600'000},
         Row{"1h", 3'600'000},   Row{"500ms", 500},
         Row{"600", 600'000},    Row{"1.5h", 5'400'000},
         Row{"0.25", 250},       Row{"0", 0},
         Row{"24h", 86'400'000}, Row{"86400001ms", -1},
         Row{"25h", -1},         Row{"", -1},
         Row{"s", -1},           Row{"-1s", -1},
         Row{"+1s", -1},         Row{"1d", -1},
         Row{"10 m", -1},        Row{"1e3", -1},
         Row{"inf", -1},         Row{"nan", -1},
         Row{"0x10", -1},        Row{"10m30s", -1},
         Row{" 5s", -1},         Row{"99999999999999999999999999999999999h", -1},
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
