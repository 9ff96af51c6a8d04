#pragma once

#include "base/failure.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace limn {

// What is wrong with a command line that CLI11 does not take, with what was probably meant.
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error);

// "-size" was read as -s with the value "ize". Nothing where no word is written so.
std::optional<Failure> single_dash(const CLI::App& app, const std::vector<std::string>& words);

// There is no such command to tell about.
Failure no_topic(const CLI::App& app, const std::string& word);

} // namespace limn
