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
  std::map<int, std::unique_ptr<JobRun>> runs;
  std::map<int, Timer> turns; // in which a run begins, or is taken away
  int last_id = 0;

  Impl(Transport& transport, Registry& registry, Learnt& learnt, const Settings& settings)
    : model_checks(transport, settings),
      rate_gate(transport.loop(), rate_time_now, rate_folder(learnt.folder())),
      parts{transport, registry, learnt, settings, model_checks, rate_gate, spread}
  {
  }
};

Engine::Engine(Transport& transport, Registry& registry, Learnt& learnt, const Settings& settings)
  : m_impl(std::make_unique<Impl>(transport, registry, learnt, settings))
{
}

Engine::~Engine() = default;

void Engine::start(JobOrder order, std::function<void(JobOutcome)> done)
{
  auto& loop = m_impl->parts.transport.loop();
  const int id = ++m_impl->last_id;
  auto run = std::make_unique<JobRun>(
    m_impl->parts, std::move(order), [this, &loop, id, done = std::move(done)](JobOutcome outcome) {
      // The run is still on the stack below this call. What `done` does may end the engine.
      m_impl->turns[id] = loop.after(std::chrono::nanoseconds(0), [this, id] {
        m_impl->runs.erase(id);
        m_impl->turns.erase(id);
      });
      done(std::move(outcome));
    });
  auto& started = *run;
  m_impl->runs.emplace(id, std::move(run));
  m_impl->turns[id] = loop.after(std::chrono::nanoseconds(0), [&started] { started.start(); });
}

void Engine::cancel(JobsToCancel which)
{
  for (auto& [id, run] : m_impl->runs) {
    run->cancel(which);
  }
}

} // namespace limn
