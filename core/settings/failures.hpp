#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The classes that `fallback:` can say a next step for.
std::span<const std::string_view> classes_with_next_step();

// `fallback.CLASS: STEP`
Done read_next_step(const Value& value, FailureClass failure_class, Settings& settings);

// Refuses the steps of `fallback:` that may pay twice and are not allowed to. Once all of the
// file's `fallback:` is read.
Done check_next_steps(const Value& fallback, const Settings& settings);

// Takes back such steps, for preferences.yaml may forbid what limn.yaml allows. One warning for
// each.
void drop_forbidden_steps(Settings& settings, std::vector<std::string>& warnings);

// The `failures:` of limn.yaml.
Done read_failure_words(const Value& value, Settings& settings);

} // namespace limn
