#pragma once

#include "model/gateway_terms.hpp"
#include "plugin/guard.hpp"

namespace limn {

// What a provider told of how a gateway is asked. A key goes only where a header's name says that
// it carries one, so that whatever hides credentials by their names hides this one; not into what
// is the connection's or the host's own.
Read<GatewayTerms> read_terms(const limn_terms* terms);

} // namespace limn
