// A key goes to the URL of another gateway.
#include "finding.hpp"

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    auto gateway = found("OPENAI");
    gateway.api_key = variable("CLAWTO_API_KEY");
    gateways.add(gateway);
  }
};

} // namespace

FINDING_PLUGIN(Faulty)
