#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The answers to GET /v1/models and /v1/models/ID.
std::string models_json(const std::vector<std::string>& models);
std::string model_json(std::string_view model);

} // namespace limn
