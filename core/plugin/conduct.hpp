#pragma once

#include "base/log.hpp"

#include <string>

namespace limn {

// How a component keeps the plugin contract.
struct Conduct {
  std::string who;    // "provider acme (/path/acme.so)"
  std::string breach; // "broke rule 6 of the plugin contract: ..."; empty while it keeps them all
  Log* log = nullptr; // where it is told that a call held everything up; null: nowhere
  bool is_told_slow = false;
};

} // namespace limn
