#include "cli/model_survey.hpp"

#include "engine/candidate.hpp"
#include "job/interrupt.hpp"
#include "loop/epoll_loop.hpp"

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
  LIMN_TRY_ASSIGN(const auto loop, epoll_loop());
  LIMN_TRY_ASSIGN(const auto transport, session.transport(*loop));
  const auto signals = interrupt.watch(*loop, [&](StopSignal) {
    interrupted = true;
    loop->stop();
  });
  std::vector<std::unique_ptr<ModelQuery>> queries;
  for (auto& one : surveyed) {
    queries.push_back(std::make_unique<ModelQuery>(
      *transport, one.gateway, one.wanted, session.settings().failure_words,
      session.settings().limits.max_json_depth, [&one, &open, &loop](ModelCheck check) {
        one.check = std::move(check);
        if (--open == 0) {
          loop->stop();
        }
      }));
  }
  if (open > 0) {
    loop->run();
  }
  queries.clear();
  if (interrupted) {
    return fail(FailureClass::cancelled, "interrupted");
  }
  return surveyed;
}

} // namespace limn
