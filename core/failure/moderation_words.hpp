#pragma once

#include <string_view>

namespace limn {

// Whether a message refuses what a picture would show, in the words of any of the languages that
// gateways answer in. Wide, since a refusal that is not known as one would be taken to another
// gateway; sentences about something else (letter case, the policy of a rate limit, parameters with
// "safety" in their name) are none.
bool speaks_of_moderation(std::string_view message);

} // namespace limn
