// Expected: expected signature: limn::sdk::Terms terms(const limn::sdk::Gateway&) const
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
  std::string terms(const sdk::Gateway&) const;
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
