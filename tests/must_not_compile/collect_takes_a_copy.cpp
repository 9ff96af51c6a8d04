// Expected: expected signature: void collect(limn::sdk::Gateways&)
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  void collect(const sdk::FoundGateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::config_source<Acme>("acme", "Acme", ""))
