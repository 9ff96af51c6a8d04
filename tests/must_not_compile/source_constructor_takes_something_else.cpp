// Expected: expected constructor: (limn::sdk::Host, limn::sdk::Settings), one of them, or none
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  explicit Acme(int);
  void collect(sdk::Gateways&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::config_source<Acme>("acme", "Acme", ""))
