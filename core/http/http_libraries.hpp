#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace limn {

// A library and its version, as it says itself in this process: of one that is shared, what this
// machine has.
struct LibraryVersion {
  std::string name;
  std::string version;
};

// Loads libcurl, which the first request does otherwise: for who will send requests for days, and
// would meet another libcurl later, or none. FailureClass::settings where it cannot be loaded.
Done load_http_libraries();

// libcurl, what it speaks TLS and HTTP/2 with ("not found" for it and its TLS where it cannot be
// loaded), and what codings of bodies are read with.
std::vector<LibraryVersion> http_libraries();

} // namespace limn
