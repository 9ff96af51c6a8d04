#pragma once

#include "base/log.hpp"

#include <limn/abi.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What an isolated plugin says, from the bytes that came to whom it is said to.

namespace limn {

// Where what a plugin says in a call goes. What has no place here may not be said in that call.
struct Ears {
  const limn_error_sink* errors = nullptr;
  const limn_step_sink* step = nullptr;
  const limn_result_sink* results = nullptr;
  limn_capabilities* capabilities = nullptr;
  const limn_terms_sink* terms = nullptr;
};

struct CallOutcome {
  limn_status status = LIMN_OK;
  bool has_made_something = false; // create, open: the pointer that came out was not NULL
};

// What came of a call so far.
struct Heard {
  std::vector<std::string> errors; // held back: a failure of the process must be the only one
  std::optional<CallOutcome> outcome;
  std::optional<std::string> exception; // it ended so
  bool is_exception_known = false;      // its text is that of a std::exception
};

// Takes one message, without its length. False if it cannot be, or cannot be in this call: nothing
// of it was handed on then.
bool hand_on(std::string_view message, const Ears& ears, Log& log, Heard& heard);

// Tells the errors that were held back.
void hand_on_errors(const Heard& heard, const Ears& ears);

// Text of a plugin's process, as a part of a message: safe to show, one line, cut.
std::string fit_for_people(std::string_view text, std::size_t longest);

} // namespace limn
