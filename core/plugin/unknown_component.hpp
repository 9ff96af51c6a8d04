#pragma once

#include "base/failure.hpp"
#include "plugin/component_record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// That no component of `kind` ("component": of any) is ready as `id`, with the nearest id, the
// places that were searched and the files that could not be used; or why the one that is there, or
// the file that is named after it, cannot be used. `records`: of all components.
// FailureClass::settings.
Failure no_component(std::string_view kind, std::string_view id,
                     const std::vector<ComponentRecord>& records,
                     const std::vector<std::string>& places);

// That `id` is to be isolated and is neither a component nor the name of a plugin file (one that
// cannot be loaded has no ids), with the nearest provider; nothing if it is one. `records`: of all
// components. FailureClass::settings.
std::optional<Failure> unknown_isolated_id(std::string_view id,
                                           const std::vector<ComponentRecord>& records);

} // namespace limn
