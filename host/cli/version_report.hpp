#pragma once

#include "cli/command.hpp"

namespace limn {

// What `limn --version --json` prints: which limn this is, what it is made of, and where its files
// are. Asks nobody, and says nothing of what is wrong with the settings: then it is as if there
// were none.
int report_version(const Invocation& invocation);

} // namespace limn
