// Expected: expected signature: limn::sdk::Answer read(const limn::sdk::Message&)
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Event&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
