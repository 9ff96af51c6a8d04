#include "engine/engine.hpp"

#include "engine/engine_parts.hpp"
#include "engine/job_run.hpp"

#include <map>

namespace limn {

struct Engine::Impl {
  ModelChecks model_checks;
  RateGate rate_gate;
  Spread spread;
  EngineParts parts;
  std::map<JobId, std::unique_ptr<JobRun>> runs;
  std::map<JobId, Timer> turns; // in which a run begins, or is taken away
  std::uint64_t last_job = 0;
  std::uint64_t last_attempt = 0;

  Impl(Transport& transport, Registry& registry, Learnt& learnt, const Settings& settings)
    : model_checks(transport, settings),
      rate_gate(transport.loop(), rate_time_now, rate_folder(learnt.folder())),
      parts{transport, registry, learnt, settings, model_checks, rate_gate, spread, last_attempt}
  {
  }
};

Engine::Engine(Transport& transport, Registry& registry, Learnt& learnt, const Settings& settings)
  : m_impl(std::make_unique<Impl>(transport, registry, learnt, settings))
{
}

Engine::~Engine() = default;

JobId Engine::start(JobOrder order, JobListener& listener)
{
  auto& impl = *m_impl;
  auto& loop = impl.parts.transport.loop();
  const JobId id{++impl.last_job};
  auto run = std::make_unique<JobRun>(
    impl.parts, std::move(order), listener, [&impl, &loop, &listener, id](JobOutcome outcome) {
      // The run is still on the stack below this call.
      impl.turns[id] = loop.after(std::chrono::nanoseconds(0), [&impl, id] {
        impl.runs.erase(id);
        impl.turns.erase(id);
      });
      listener.finished(std::move(outcome)); // may end the engine
    });
  auto& started = *run;
  impl.runs.emplace(id, std::move(run));
  impl.turns[id] = loop.after(std::chrono::nanoseconds(0), [&started] { started.start(); });
  return id;
}

void Engine::cancel(JobId id)
{
  if (const auto found = m_impl->runs.find(id); found != m_impl->runs.end()) {
    found->second->cancel(JobsToCancel::all);
  }
}

void Engine::cancel(JobsToCancel which)
{
  for (auto& [id, run] : m_impl->runs) {
    run->cancel(which);
  }
}

} // namespace limn
