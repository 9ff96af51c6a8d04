#pragma once

#include "base/failure.hpp"

#include <string_view>

namespace limn {

// What a failure of that class is, in one sentence, for a reader who knows nothing of the class.
// What exactly happened is the failure's own message, in the gateway's words and language.
std::string_view what_happened(FailureClass failure_class);

// What the reader can do about it, in one sentence. A failure that knows better brings a hint of
// its own.
std::string_view default_hint(FailureClass failure_class);

} // namespace limn
