// Expected: expected signature: void collect(limn::sdk::Gateways&)
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::config_source<Acme>("acme", "Acme", ""))
