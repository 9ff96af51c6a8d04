#pragma once

#include "base/json.hpp"
#include "sandbox/order.hpp"

#include <optional>

namespace limn::sandbox {

// What generateContent is asked for, or the refusal in Google's words.
std::optional<Answer> read_gemini_order(const rapidjson::Value& object, Order& order);

} // namespace limn::sandbox
