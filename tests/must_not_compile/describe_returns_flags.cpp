// Expected: expected signature: limn::sdk::Capabilities describe() const
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
  uint64_t describe() const;
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
