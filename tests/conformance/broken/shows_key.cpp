// The key stands in the origin.
#include "finding.hpp"

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    auto gateway = found("OPENAI");
    gateway.origin += " with the key " + gateway.api_key;
    gateways.add(gateway);
  }
};

} // namespace

FINDING_PLUGIN(Faulty)
