#pragma once

#include "base/redaction.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace limn {

// `url` is borrowed until the command line was read.
void add_queue_option(CLI::App& command, std::string& url);

// Which queue is meant: of the option, else of LIMN_QUEUE in the environment. FailureClass::usage
// where there is none. The redactor is told the password.
Result<Secret> queue_address(const std::string& url, Redactor& redactor);

} // namespace limn
