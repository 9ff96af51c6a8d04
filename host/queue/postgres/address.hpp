#pragma once

#include "base/redaction.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace limn {

// postgresql://... or postgres://...: which database has a queue. It may have a password in it, so
// that it is shown nowhere. FailureClass::usage for all else. The redactor is told the password.
Result<Secret> read_queue_address(std::string_view text, Redactor& redactor);

} // namespace limn
