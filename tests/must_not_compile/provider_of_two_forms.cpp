// Expected: expected one form: a provider has either open, or build and read
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Conversation {
  sdk::Step next();
  void receive(const sdk::Event&, sdk::Results&);
};
struct Acme {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
  std::unique_ptr<Conversation> open(const sdk::Job&, const sdk::Gateway&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("acme", "Acme", ""))
