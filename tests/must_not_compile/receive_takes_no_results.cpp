// Expected: expected signature in the dialogue: void receive(
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&);
};
struct Acme {
  std::unique_ptr<Conversation> open(const sdk::Job&, const sdk::Gateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
