#include "job/waiting_line.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace limn;
using namespace std::chrono_literals;

namespace {

constexpr UsualTime k_unknown;
constexpr UsualTime k_usual{20, 20s, 15s, 30s};
constexpr int k_wide = 120;
constexpr int k_small = 50;

} // namespace

TEST_CASE("the waiting line tells what is waited for, how long it took, and what is usual")
{
  struct Row {
    WaitState state;
    int columns;
    std::string line;
  };
  const std::array<Row, 11> rows{{
    {{WaitPhase::models, "work", 1s, k_usual, 0, 0, 1},
     k_wide,
     "1 s · looking for the model · work"},
    {{WaitPhase::turn, "work takes 5 images a minute", 90s, k_unknown, 0, 0, 1},
     k_wide,
     "90 s · waiting · work takes 5 images a minute"},
    {{WaitPhase::drawing, "work", 5s, k_unknown, 0, 0, 1}, k_wide, "5 s · drawing · work"},
    {{WaitPhase::drawing, "work", 5s, {2, 20s, 20s, 20s}, 0, 0, 1}, k_wide, "5 s · drawing · work"},
    {{WaitPhase::drawing, "work", 0s, k_usual, 0, 0, 1},
     k_wide,
     "░░░░░░░░░░░░░░░░ 0 s of about 20 s · 20 s left · drawing · work"},
    {{WaitPhase::drawing, "work", 10s, k_usual, 0, 0, 1},
     k_wide,
     "██████░░░░░░░░░░ 10 s of about 20 s · 10 s left · drawing · work"},
    {{WaitPhase::drawing, "work", 10s, k_usual, 0, 0, 1},
     k_small,
     "10 s of about 20 s · 10 s left · drawing · work"},
    {{WaitPhase::drawing, "work", 25s, k_usual, 0, 0, 1},
     k_wide,
     "██████████████░░ 25 s · usually 15 s to 30 s · drawing · work"},
    {{WaitPhase::drawing, "work", 200s, k_usual, 0, 0, 1},
     k_wide,
     "████████████████ 200 s · longer than usual (20 s) · drawing · work"},
    {{WaitPhase::receiving, "work", 5s, k_unknown, 1'234'567, 1, 3},
     k_wide,
     "5 s · receiving, 1.2 MB · 1 of 3 there · work"},
    {{WaitPhase::receiving, "", 5s, k_unknown, 1, 0, 1}, k_wide, "5 s · receiving, 1 kB"},
  }};
  for (const auto& row : rows) {
    CHECK(waiting_line(row.state, row.columns) == row.line);
  }
}

TEST_CASE("a bar has the width that it is given, whatever it tells")
{
  CHECK(bar(-1, 4) == "░░░░");
  CHECK(bar(0.5, 4) == "██░░");
  CHECK(bar(7, 4) == "████");
  CHECK(bar(0.5, 0).empty());
}

TEST_CASE("the rest is as exact as somebody who waits wants it")
{
  struct Row {
    std::chrono::milliseconds rest;
    const char* text;
  };
  constexpr std::array<Row, 9> rows{{{0ms, "0 s"},
                                     {1ms, "1 s"},
                                     {59s, "59 s"},
                                     {60s, "1 min"},
                                     {85s, "1 min 20 s"},
                                     {599s, "9 min 50 s"},
                                     {601s, "10 min"},
                                     {7199s, "119 min"},
                                     {9000s, "2 h"}}};
  for (const auto& row : rows) {
    CHECK(rest_text(row.rest) == row.text);
  }
}
