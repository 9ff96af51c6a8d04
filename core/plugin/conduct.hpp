#pragma once

#include <string>

namespace limn {

// How a component keeps the plugin contract.
struct Conduct {
  std::string who;    // "provider acme (/path/acme.so)"
  std::string breach; // "broke rule 6 of the plugin contract: ..."; empty while it keeps them all
};

} // namespace limn
