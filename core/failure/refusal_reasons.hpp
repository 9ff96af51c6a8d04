#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace limn {

// Why a picture was refused for what it would show, from wherever an answer says so: the block of a
// prompt, the end of a generation, what a filter took out. As a text for people; empty if the
// answer names no such reason.
std::string refusal_reason(const rapidjson::Value& answer);

// The first string of an answer, JSON, that speaks of moderation, wherever it stands and whatever
// it is called, but for what was sent and came back. Empty if none does.
std::string words_of_moderation(std::string_view answer);

} // namespace limn
