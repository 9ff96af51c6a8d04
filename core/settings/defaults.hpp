#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

#include <span>
#include <string>
#include <string_view>

namespace limn {

// `defaults:` of limn.yaml and of one of its gateways, in the words of the command line.
enum class JobDefault { size, count, quality, format, background, moderation, compression };

std::span<const JobDefault> all_defaults();

// "size", "n", "quality", ...
std::string_view name_of(JobDefault which);

Done read_default(JobDefault which, const Value& value, JobDefaults& defaults);

// As YAML, which `read_default` takes back, and what it comes to where nothing is said:
// "1024x1024", "1", else "none": it is left to the gateway.
std::string show_default(JobDefault which, const JobDefaults& defaults);

// Whether they say something of it.
bool says(JobDefault which, const JobDefaults& defaults);

// All of `defaults:`; the origin of each is put into `settings`. A gateway's has no count.
enum class DefaultsOf { all, gateway };
Done read_defaults(const Value& value, DefaultsOf whose, JobDefaults& defaults, Settings& settings);

// Why two of them exclude each other, as a sentence; empty: they do not.
std::string contradiction(const JobDefaults& defaults);

} // namespace limn
