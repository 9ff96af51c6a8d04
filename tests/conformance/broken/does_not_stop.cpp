// It goes on when the host wants no more.
#include "finding.hpp"

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    gateways.add(found("OPENAI"));
    gateways.add(found("CLAWTO"));
  }
};

} // namespace

FINDING_PLUGIN(Faulty)
