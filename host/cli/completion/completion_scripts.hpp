#pragma once

#include <span>
#include <string_view>

namespace limn {

// What makes a shell complete command lines of limn: the files of this folder.
struct CompletionScript {
  std::string_view shell;
  std::string_view text;
};

std::span<const CompletionScript> completion_scripts();

} // namespace limn
