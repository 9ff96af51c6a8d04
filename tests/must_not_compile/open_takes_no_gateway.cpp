// Expected: expected signature: std::unique_ptr<D> open(
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&, sdk::Results&);
};
struct Acme {
  std::unique_ptr<Conversation> open(const sdk::Job&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
