#pragma once

#include "job/options.hpp"
#include "model/job_defaults.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

inline constexpr std::size_t k_max_prompt_size = 128 * 1024; // 32,000 characters of four bytes

inline constexpr std::string_view k_same_size = "same"; // as the first input

// What a user said of one job, on the command line or in a line of a batch, before it is checked.
// Names are those of the options; what is empty was not said.
struct JobText {
  std::string prompt;
  std::string size; // this and the words below as people say them: job_words.hpp
  std::optional<int> count;
  std::string quality;
  std::string background;
  std::string format;
  std::optional<int> compression;
  std::string moderation;
  std::vector<std::string> inputs;
  std::string mask;
  std::vector<std::string> models;
  std::vector<std::string> gateways;
  std::vector<std::string> providers;
  std::string output;
  std::string directory;
  std::optional<std::string> timeout; // these two as limn.yaml has them: 600, 90s, 1h30m
  std::optional<std::string> wait;
  std::string verify;                  // auto
  std::optional<std::string> max_cost; // US dollars
  bool duplicate_charge = false;
  bool remember = false;
};

// What `text` says, and of a picture where it is silent what `otherwise` does: the size, how many,
// quality, background, format, compression, moderation, and what it is drawn from.
JobText with_defaults(JobText text, const JobText& otherwise);

// The same checked, with the files to work from looked into. Adds a FailureClass::usage to
// `mistakes` for everything that is wrong with it; what is returned then is of no use.
GenerateOptions read_job(const JobText& text, std::vector<Failure>& mistakes);

} // namespace limn
