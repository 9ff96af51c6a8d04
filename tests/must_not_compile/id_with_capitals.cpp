// Expected: an_id_is_of_small_letters_digits_and_underscores_and_begins_with_a_letter
#include <limn/sdk.hpp>

namespace sdk = limn::sdk;

struct Acme {
  sdk::Request build(const sdk::Job&, const sdk::Gateway&);
  sdk::Answer read(const sdk::Message&);
};

LIMN_PLUGIN("acme", "1", "Acme", sdk::provider<Acme>("Acme-Art", "Acme", ""))
