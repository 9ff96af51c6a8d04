#include "cli/model_survey.hpp"

#include "engine/candidate.hpp"
#include "job/interrupt.hpp"

#include <memory>

namespace limn {

Result<std::vector<SurveyedGateway>> survey_models(Session& session,
                                                   const std::vector<Gateway>& gateways,
                                                   const std::vector<std::string>& models)
{
  EngineOptions options;
  options.models = models;
  std::vector<SurveyedGateway> surveyed;
  for (const auto& gateway : gateways) {
    surveyed.push_back({gateway, wanted_models(gateway, options, session.settings()), {}});
  }
  std::size_t open = surveyed.size();
  const InterruptPipe interrupt;
  bool interrupted = false;
  LIMN_TRY_ASSIGN(const auto transport,
                  session.transport(interrupt.fd(), [&](char) { interrupted = true; }));
  std::vector<std::unique_ptr<ModelQuery>> queries;
  for (auto& one : surveyed) {
    queries.push_back(std::make_unique<ModelQuery>(
      *transport, one.gateway, one.wanted, session.settings().failure_words,
      session.settings().limits.max_json_depth, [&one, &open](ModelCheck check) {
        one.check = std::move(check);
        --open;
      }));
  }
  transport->run([&] { return open == 0 || interrupted; });
  queries.clear();
  if (interrupted) {
    return fail(FailureClass::cancelled, "interrupted");
  }
  return surveyed;
}

} // namespace limn
