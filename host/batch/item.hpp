#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// One line of a batch. It is kept as it was written and read anew when its turn comes: of a
// thousand items only those in flight are held in full.
struct BatchItem {
  std::string id; // unique in the batch; the number of its line unless it says otherwise
  bool has_own_id = false;
  int line = 0; // from 1
  std::string text;
  std::string digest; // of its meaning, see digest_of
};

// What a line says, over what holds for all of them. `id` is empty where the line names none.
struct ItemText {
  std::string id;
  JobText job;
};

// Reads a JSON string (the prompt), or an object with the options of `limn generate`. Adds a
// FailureClass::usage to `mistakes` for everything that is no such line.
ItemText read_item(std::string_view line, const JobText& defaults, std::vector<Failure>& mistakes);

// SHA-256, in hexadecimal, of what decides which picture this is and where it goes. Who draws it,
// how long that may take and what it may cost twice is left out: a batch goes on with another
// gateway.
std::string digest_of(const JobText& job);

} // namespace limn
