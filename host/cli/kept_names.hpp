#pragma once

#include "job/session.hpp"
#include "memory/known_names.hpp"

#include <vector>

namespace limn {

// Writes down, for the completions of shells, how the gateways are called that were found, and
// which of their models were listed. That it fails is no harm.
void keep_names(Session& session, NamesOf which, const std::vector<Gateway>& gateways,
                const KnownNames& listed = {});

} // namespace limn
