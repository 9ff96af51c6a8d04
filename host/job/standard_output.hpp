#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace limn {

class Out;
class Terminal;

// Whether an open descriptor would take bytes now, as far as that can be known without writing one:
// it is open for writing, not /dev/full, no terminal that was closed, no pipe or socket that nobody
// reads, no file on a full disk. FailureClass::not_saved if not. `name` is for the message.
Done check_takes_bytes(int descriptor, const std::filesystem::path& name);

// The same of standard output, before anything is paid for: it is where the place of an image is
// told.
Done check_standard_output();

// What is left to do where standard output broke: images that it could not tell of are told on
// standard error and noted for `limn recover`. Returns the exit status, which was to be `status`.
int standard_output_broke(const Out& out, Terminal& terminal, int status);

} // namespace limn
