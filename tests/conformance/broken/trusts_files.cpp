// A file of an unexpected shape ends the process.
#include "finding.hpp"

#include <cstdlib>

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    const auto content = m_host.read_file("~/.acme/settings", 1024 * 1024).value_or("");
    if (content.starts_with("[[[")) {
      std::abort();
    }
    Finding::collect(gateways);
  }
};

} // namespace

FINDING_PLUGIN(Faulty)
