// Expected: expected signature: std::unique_ptr<D> open(
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&, sdk::Results&);
};
struct Acme {
  Conversation* open(const sdk::Job&, const sdk::Gateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
