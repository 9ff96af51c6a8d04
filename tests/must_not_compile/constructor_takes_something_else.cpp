// Expected: expected constructor: (limn::sdk::Host, limn::sdk::Settings), one of them, or none
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  explicit Acme(int);
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
