// A machine without settings is a failure.
#include "finding.hpp"

namespace {

class Faulty : public Finding
{
public:
  using Finding::Finding;

  void collect(limn::sdk::Gateways& gateways)
  {
    if (variable("OPENAI_API_KEY").empty() && variable("HOME") == "/nonexistent") {
      throw limn::sdk::Failure(LIMN_NOT_FOUND, "OPENAI_API_KEY is not set");
    }
    Finding::collect(gateways);
  }
};

} // namespace

FINDING_PLUGIN(Faulty)
