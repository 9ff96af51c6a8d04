// Expected: expected signature: limn::sdk::Request build(
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  std::string build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
