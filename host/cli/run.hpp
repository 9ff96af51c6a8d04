#pragma once

namespace limn {

// The command: reads the command line, does what it says, and returns the exit status. Lets no
// exception out.
int run(int argc, char** argv);

} // namespace limn
