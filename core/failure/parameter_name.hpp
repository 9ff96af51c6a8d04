#pragma once

#include "failure/error_report.hpp"

#include <string_view>

namespace limn {

// The parameter that a failure is about, as a member of the job: by phrases of `message`, the
// report's code, its `param`, or the name that the message has in quotes; empty if the answer does
// not say. "tools" where it is the tool itself. `message` is the searched part of the report's own.
// Borrowed from the two, or constant.
std::string_view parameter_name(const ErrorReport& report, std::string_view message);

// Whether a member of this name, alone or at the end of a path, is the size of the picture or a
// part of it: size, width, aspect_ratio, image_size, ...
bool is_name_of_size(std::string_view name);

// `x` of "tools[0].x": the tool's members are the parameters of the job.
std::string_view without_tool(std::string_view name);

} // namespace limn
