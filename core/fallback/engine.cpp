#include "fallback/engine.hpp"

#include "fallback/job_run.hpp"

#include <map>

namespace limn {

struct Engine::Impl {
  Transport& transport;
  EngineOptions options;
  EngineParts parts;
  std::map<int, std::unique_ptr<JobRun>> runs;
  int last_id = 0;

  Impl(Transport& a_transport, Registry& registry, Learnt& learnt, const Settings& settings,
       EngineOptions a_options, EngineObserver& observer)
    : transport(a_transport),
      options(std::move(a_options)), parts{transport, registry, learnt, settings, options, observer}
  {
  }
};

Engine::Engine(Transport& transport, Registry& registry, Learnt& learnt, const Settings& settings,
               EngineOptions options, EngineObserver& observer)
  : m_impl(
    std::make_unique<Impl>(transport, registry, learnt, settings, std::move(options), observer))
{
}

Engine::~Engine() = default;

void Engine::start(Job job, const std::vector<Gateway>& gateways, ImageStore store,
                   std::function<void(JobOutcome)> done)
{
  const int id = ++m_impl->last_id;
  auto run = std::make_unique<JobRun>(
    m_impl->parts, std::move(job), gateways, std::move(store),
    [this, id, done = std::move(done)](JobOutcome outcome) {
      done(std::move(outcome));
      // The run is still on the stack below this call.
      m_impl->transport.after(std::chrono::milliseconds(0), [this, id] { m_impl->runs.erase(id); });
    });
  auto& started = *run;
  m_impl->runs.emplace(id, std::move(run));
  m_impl->transport.after(std::chrono::milliseconds(0), [&started] { started.start(); });
}

void Engine::cancel()
{
  for (auto& [id, run] : m_impl->runs) {
    run->cancel();
  }
}

} // namespace limn
