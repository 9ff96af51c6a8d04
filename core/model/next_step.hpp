#pragma once

#include <optional>
#include <string_view>

namespace limn {

// What happens after an attempt failed.
enum class NextStep { next_size, next_provider, next_gateway, retry, stop };

std::string_view to_string(NextStep step);
std::optional<NextStep> next_step_from(std::string_view name);

} // namespace limn
