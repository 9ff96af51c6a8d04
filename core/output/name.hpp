#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace limn {

// What the placeholders of `output.name` stand for.
struct NameFacts {
  std::string_view prompt;
  std::string_view gateway;
  std::string_view model;
  std::chrono::system_clock::time_point time;
  int number = 1; // of the image within the job, from 1
};

// The prompt as a piece of a file name: lower-case ASCII, letters of any other script and emoji
// kept, everything else (blanks, punctuation) a '-', at most 48 bytes, cut between words where
// there is one. "image" if nothing is left.
std::string slug(std::string_view prompt);

// Fills {date} (2026-01-31), {time} (235959), {slug}, {gateway}, {model}, {n}, in local time. The
// result is one safe file name without extension: no '/', no control characters, not empty, no
// leading dot or dash, at most 200 bytes.
std::string file_name(std::string_view name_template, const NameFacts& facts);

} // namespace limn
