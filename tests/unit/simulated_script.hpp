#pragma once

#include "simulated_process.hpp"

#include <filesystem>

namespace limn::test {

// What one script came to.
struct ScriptResult {
  std::vector<std::string> complaints;
  std::vector<std::string> story; // where it is to be told
  int jobs = 0;
  int drawings = 0;
  int charged = 0;
  int arrived = 0; // images, at somebody who heard all of them
  int saved = 0;
  int kills = 0;
  int polls = 0;
  int farewells = 0;
  bool was_charged_twice = false; // where that is allowed
};

enum class Telling { no, yes };

// The script of that seed, in a folder of its own that it leaves empty: what the user wants and
// says, how the gateways and the wire behave, and when which process is killed. Everything follows
// from the seed.
ScriptResult run_script(unsigned seed, Telling telling, const std::filesystem::path& folder,
                        const CommonParts& parts);

// Makes what a script needs in its folder.
void prepare_folder(const std::filesystem::path& folder);

} // namespace limn::test
