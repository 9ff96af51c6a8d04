// Only the first question is answered.
#include "finding.hpp"

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    if (!m_asked) {
      m_asked = true;
      Finding::collect(gateways);
    }
  }

private:
  bool m_asked = false;
};

} // namespace

FINDING_PLUGIN(Faulty)
