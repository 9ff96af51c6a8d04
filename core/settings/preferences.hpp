#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

#include <filesystem>

namespace limn {

// Puts what preferences.yaml says over `settings`. An absent file says nothing.
Done read_preferences(const std::filesystem::path& file, Settings& settings);

} // namespace limn
