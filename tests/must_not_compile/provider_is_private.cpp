// Expected: expected a provider: public
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

class Acme
{
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
