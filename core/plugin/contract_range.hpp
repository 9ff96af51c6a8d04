#pragma once

#include <limn/abi.h>

#include <cstdint>

namespace limn {

// Versions of the plugin contract.
struct ContractRange {
  std::uint32_t major;
  std::uint32_t oldest_minor;
  std::uint32_t newest_minor; // this limn's own
};

// A plugin may need any of these; one that needs a newer minor is refused.
inline constexpr ContractRange k_accepted_contracts{LIMN_ABI_MAJOR, 0, LIMN_ABI_MINOR};

} // namespace limn
