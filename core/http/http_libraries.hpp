#pragma once

#include <string>
#include <vector>

namespace limn {

// A library and its version, as it says itself in this process: of one that is shared, what this
// machine has.
struct LibraryVersion {
  std::string name;
  std::string version;
};

// libcurl, what it speaks TLS and HTTP/2 with ("not found" for it and its TLS where it cannot be
// loaded), and what codings of bodies are read with.
std::vector<LibraryVersion> http_libraries();

} // namespace limn
