// Expected: expected signature in the dialogue: limn::sdk::Step next()
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  std::unique_ptr<int> open(const sdk::Job&, const sdk::Gateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
