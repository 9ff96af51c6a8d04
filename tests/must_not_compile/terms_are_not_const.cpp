// Expected: expected signature: limn::sdk::Terms terms(const limn::sdk::Gateway&) const
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&, sdk::Results&);
};
struct Acme {
  std::unique_ptr<Conversation> open(const sdk::Job&, const sdk::Gateway&);
  sdk::Terms terms(const sdk::Gateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
