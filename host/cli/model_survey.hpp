#pragma once

#include "gateways/verify.hpp"
#include "job/session.hpp"

#include <string>
#include <vector>

namespace limn {

// What a gateway says of the models it was asked for.
struct SurveyedGateway {
  Gateway gateway;
  std::vector<std::string> wanted; // in order of preference
  ModelCheck check;
};

// Asks all these gateways at once for their models; costs nothing. `models`: those of the command
// line; empty: each gateway's, else the settings'. FailureClass::cancelled after Ctrl-C.
Result<std::vector<SurveyedGateway>> survey_models(Session& session,
                                                   const std::vector<Gateway>& gateways,
                                                   const std::vector<std::string>& models);

} // namespace limn
