#pragma once

#include "model/cost.hpp"
#include "model/image.hpp"
#include "model/job.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The door of what `limn serve` passed on to a gateway as it came: it asked for no picture, and
// nothing of what was said is kept. Its prompt is the request's line.
inline constexpr std::string_view k_passed_door = "pass_through";

// A request that may have cost money: what was asked, of whom, and what came of it. Texts are as
// they may be shown: without keys.
struct PastAttempt {
  using Time = std::chrono::system_clock::time_point;

  enum class State {
    sent,  // nobody told how it ended: it is under way, or whoever sent it is gone
    ended, // one that cost nothing after all is no part of the history
  };

  std::string id; // history_id()
  Time time;      // when it was sent
  State state = State::sent;
  int process = 0;  // that sent it
  std::string door; // "generate", "batch", ...
  std::string prompt;
  std::string parameters; // to_json(PastParameters)

  std::string gateway;
  std::string provider;
  std::string model;
  std::string size;    // as sent; empty if none was
  std::string quality; // as asked for; empty if it was left to the gateway

  // --- Once it has ended ---
  std::string failure_class; // empty: all that was asked for came
  std::string message;       // likewise
  int http_status = 0;
  std::string request_id;
  std::chrono::milliseconds elapsed{0};
  int images = 0; // that came
  bool may_have_cost = false;
  Cost cost; // nothing is known of it where it has not ended
};

// An image that came of one.
struct PastImage {
  std::string id;      // history_id()
  std::string attempt; // its id
  PastAttempt::Time time;
  SavedImage image;
};

// Where an entry stands among all, newest first.
struct PastPlace {
  std::int64_t time = 0; // in milliseconds
  std::int64_t attempt = 0;
  std::int64_t image = 0;
};

// An image, or an attempt that none came of.
struct PastEntry {
  PastAttempt attempt;
  std::optional<PastImage> image;
  PastPlace place; // as it was found

  const std::string& id() const { return image ? image->id : attempt.id; }
};

// Times are kept to the millisecond. One that no clock has becomes the nearest.
std::int64_t unix_milliseconds(PastAttempt::Time time);
PastAttempt::Time time_from_unix(std::int64_t milliseconds);

// What a file says is what it is, or the most harmless there is: such files lie on users' disks.
Cost cost_from(std::int64_t basis, std::int64_t nanousd);
ImageFormat image_format_from(std::int64_t number);

// A new one: ten letters and digits that nobody else has.
std::string history_id();

// What was asked for, so that it can be asked for again.
struct PastParameters {
  std::string size;
  int count = 1;
  std::string quality;
  std::string background;
  std::string format;
  std::string moderation;
  std::optional<int> compression;
  std::vector<std::string> inputs; // as Input::origin
  std::string mask;                // likewise; empty if there was none

  static PastParameters of(const Job& job);
};

std::string to_json(const PastParameters& parameters);

// What of it can be read.
PastParameters past_parameters_from(std::string_view json);

} // namespace limn
