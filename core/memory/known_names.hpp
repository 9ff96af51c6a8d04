#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace limn {

// The gateways that were found lately, and what of their models draws, as they were listed: for who
// must not wait for discovery, such as the completions of shells. By name of the gateway.
using KnownNames = std::map<std::string, std::vector<std::string>>;

// names.json in that folder.
std::filesystem::path known_names_file(const std::filesystem::path& folder);

// Nothing where there is no such file, or a damaged one.
KnownNames read_known_names(const std::filesystem::path& file);

// Which gateways were looked at: all that there are, so that what is not among them is gone; or
// some.
enum class NamesOf { all, some };

// These gateways were found. Of those in `listed` the models are so now, of the rest they stay.
// Costs a read where nothing has changed, else the file is replaced, whole or not at all.
Done keep_known_names(const std::filesystem::path& file, NamesOf which,
                      const std::vector<std::string>& gateways, const KnownNames& listed);

} // namespace limn
