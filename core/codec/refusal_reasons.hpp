#pragma once

#include "codec/json.hpp"

#include <string>

namespace limn {

// Why a picture was refused for what it would show, from wherever an answer says so: the block of a
// prompt, the end of a generation, what a filter took out. As a text for people; empty if the
// answer names no such reason.
std::string refusal_reason(const rapidjson::Value& answer);

} // namespace limn
