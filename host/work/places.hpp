#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

struct Settings;

// Where whoever asks through a door that is no terminal may have files written and read: a program
// that reads texts of strangers asks there.
struct Places {
  std::vector<std::filesystem::path> to_write; // absolute; the first is where files go unless asked
  std::vector<std::filesystem::path> to_read;  // besides those
};

// Where files go unless asked: output.directory, or ~/Pictures/limn, since nobody knows which
// folder is the current one of such a program.
std::filesystem::path usual_folder(const Settings& settings);

// The folder of that name, absolute or below the first place; made if needed. FailureClass::usage
// if it lies in none of the places to write, also once all its links are followed.
Result<std::filesystem::path> folder_within(const Places& places, std::string_view asked);

// The file of that name, without links in it. FailureClass::usage if it lies in none of the places,
// or is no regular file.
Result<std::filesystem::path> file_within(const Places& places, std::string_view asked);

// Why nothing can be written there, as far as that is known without making it; empty if it can.
std::string problem_of(const std::filesystem::path& folder);

} // namespace limn
