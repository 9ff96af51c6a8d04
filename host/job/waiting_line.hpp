#pragma once

#include "memory/history.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace limn {

// What the progress line says while somebody waits. All of it is pure.

// What it is waited for.
enum class WaitPhase {
  models,    // a gateway is asked for its models
  turn,      // the rate of a gateway, or a pause that it asked for
  drawing,   // nothing of the answer is there yet
  receiving, // some of it is
};

struct WaitState {
  WaitPhase phase = WaitPhase::models;
  std::string what;                     // of whom, a few words
  std::chrono::milliseconds elapsed{0}; // in this phase; drawing and receiving are one
  UsualTime usual;                      // of requests like this one; count 0: not known
  std::uint64_t bytes = 0;              // of the answer, so far
  int images = 0;                       // that are there
  int wanted = 1;
};

// The line, most important first: it is cut at its end. `columns`: of the window; in a narrow one
// there is no bar.
std::string waiting_line(const WaitState& state, int columns);

// "█████░░░░░": so much of so many columns. `part` from 0 to 1.
std::string bar(double part, int columns);

// "8 s", "1 min 20 s", "3 min", "2 h": as exact as somebody who waits wants it.
std::string rest_text(std::chrono::milliseconds rest);

} // namespace limn
