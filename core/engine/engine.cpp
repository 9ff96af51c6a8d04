#include "engine/engine.hpp"

#include "base/contains.hpp"
#include "engine/candidate.hpp"
#include "engine/engine_parts.hpp"
#include "engine/estimate.hpp"
#include "engine/forecast.hpp"
#include "engine/job_run.hpp"
#include "engine/met_gateway.hpp"
#include "engine/rate_files.hpp"
#include "engine/verification.hpp"

#include <map>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::nanoseconds k_next_turn{0};

} // namespace

struct Engine::Impl {
  // A ground with what was found out on it.
  struct TakenGround {
    EngineGround ground;
    ModelChecks model_checks;

    TakenGround(EngineGround a_ground, HttpClient& transport)
      : ground(std::move(a_ground)), model_checks(transport, ground.settings)
    {
    }
  };

  // Who works is gone before what it stands on.
  template <typename Work>
  struct OnGround {
    std::shared_ptr<TakenGround> ground;
    std::unique_ptr<Work> work;
    Timer turn; // in which it begins, or is taken away
  };

  HttpClient& transport;
  DiskThread& disk;
  Learnt& learnt;
  RateFiles rate_files;
  RateGate rate_gate;
  Spread spread;
  std::shared_ptr<TakenGround> ground;
  std::map<JobId, OnGround<JobRun>> runs;
  std::map<std::uint64_t, OnGround<Verification>> verifications;
  std::uint64_t last_job = 0;
  std::uint64_t last_attempt = 0;
  std::uint64_t last_verification = 0;

  Impl(HttpClient& a_transport, const EngineThreads& threads, Learnt& a_learnt,
       EngineGround a_ground, std::function<RateTime()> now, RateBook* rates)
    : transport(a_transport), disk(threads.disk), learnt(a_learnt),
      rate_files(threads.locks, now, rate_folder(learnt.folder())),
      rate_gate(transport.loop(), rates == nullptr ? rate_files : *rates, std::move(now)),
      ground(std::make_shared<TakenGround>(std::move(a_ground), transport))
  {
  }

  const Settings& settings() const { return ground->ground.settings; }
  EngineParts parts();
  std::size_t reopen(const std::vector<Gateway>& gateways);
};

EngineParts Engine::Impl::parts()
{
  return {transport,
          disk,
          ground->ground.registry,
          learnt,
          settings(),
          ground->model_checks,
          rate_gate,
          spread,
          last_attempt,
          ground->ground.chronicle,
          ground->ground.stores};
}

Engine::Engine(HttpClient& transport, const EngineThreads& threads, Learnt& learnt,
               EngineGround ground, std::function<RateTime()> now, RateBook* rates)
  : m_impl(
    std::make_unique<Impl>(transport, threads, learnt, std::move(ground), std::move(now), rates))
{
}

Engine::~Engine() = default;

void Engine::renew(EngineGround ground)
{
  m_impl->ground = std::make_shared<Impl::TakenGround>(std::move(ground), m_impl->transport);
}

// --- Jobs ---

JobId Engine::start(JobOrder order, JobListener& listener)
{
  auto& impl = *m_impl;
  auto& loop = impl.transport.loop();
  const JobId id{++impl.last_job};
  order.options.duplicate_charge = duplicate_charge(order.options.duplicate_charge);
  auto run = std::make_unique<JobRun>(
    impl.parts(), std::move(order), listener, [&impl, &loop, &listener, id](JobOutcome outcome) {
      // The run is still on the stack below this call.
      impl.runs.at(id).turn = loop.after(k_next_turn, [&impl, id] { impl.runs.erase(id); });
      auto* const chronicle = impl.runs.at(id).ground->ground.chronicle;
      // Who is told of an image finds it in the history.
      const auto told = [&listener, chronicle](JobOutcome how) {
        if (chronicle != nullptr) {
          chronicle->tidy();
        }
        listener.finished(std::move(how)); // may end the engine
      };
      if (chronicle == nullptr || !chronicle->is_behind()) {
        told(std::move(outcome));
        return;
      }
      chronicle->when_noted(
        [told, outcome = std::move(outcome)]() mutable { told(std::move(outcome)); });
    });
  auto& started = *run;
  auto turn = loop.after(k_next_turn, [&started] { started.start(); });
  impl.runs.emplace(id, Impl::OnGround<JobRun>{impl.ground, std::move(run), std::move(turn)});
  return id;
}

void Engine::cancel(JobId id)
{
  if (const auto found = m_impl->runs.find(id); found != m_impl->runs.end()) {
    found->second.work->cancel(JobsToCancel::all);
  }
}

void Engine::cancel(JobsToCancel which)
{
  for (auto& [id, run] : m_impl->runs) {
    run.work->cancel(which);
  }
}

void Engine::usual_time(const Attempt& attempt, const std::string& quality,
                        std::function<void(UsualTime)> told) const
{
  if (auto* chronicle = m_impl->ground->ground.chronicle) {
    PastAttempt alike;
    alike.gateway = attempt.gateway;
    alike.model = attempt.model;
    alike.size = attempt.size;
    alike.quality = quality.empty() ? attempt.quality : quality;
    chronicle->usual_time(std::move(alike), std::move(told));
  }
}

void Engine::note(PastAttempt attempt)
{
  if (auto* chronicle = m_impl->ground->ground.chronicle) {
    chronicle->note(std::move(attempt));
    chronicle->tidy();
  }
}

// --- Beforehand ---

Forecast Engine::plan(const Job& job, const std::vector<Gateway>& gateways,
                      const EngineOptions& options) const
{
  auto spread = m_impl->spread; // whose turn it is does not move by a question
  return forecast(job, gateways, options, m_impl->ground->ground.registry,
                  {m_impl->learnt, m_impl->settings(), m_impl->rate_gate, spread});
}

Cost Engine::estimate(const Job& job, const std::vector<Gateway>& gateways,
                      const EngineOptions& options) const
{
  return estimate_of(job, gateways, options, m_impl->settings());
}

std::vector<std::string> Engine::models(const std::vector<Gateway>& gateways,
                                        const EngineOptions& options) const
{
  std::vector<std::string> all;
  for (const auto& gateway : gateways) {
    for (auto& model : wanted_models(gateway, options, m_impl->settings())) {
      if (!contains(all, model)) {
        all.push_back(std::move(model));
      }
    }
  }
  return all;
}

DuplicateCharge Engine::duplicate_charge(DuplicateCharge of_job) const
{
  return m_impl->settings().allow_duplicate_charge ? DuplicateCharge::allowed : of_job;
}

void Engine::verify(const std::vector<Gateway>& gateways, const std::vector<std::string>& models,
                    std::function<void(std::vector<VerifiedGateway>)> answered, ListedIds ids)
{
  auto& impl = *m_impl;
  EngineOptions options;
  options.models = models;
  std::vector<VerifiedGateway> asked;
  for (const auto& gateway : gateways) {
    auto& one = asked.emplace_back(
      VerifiedGateway{gateway, wanted_models(gateway, options, impl.settings()), {}});
    const auto providers = wanted_providers(gateway, impl.learnt, options, impl.settings());
    if (auto met = meet(one.gateway, providers.front(), impl.ground->ground.registry); !met) {
      one.check.failure = std::move(met.error());
    }
  }
  if (asked.empty()) {
    impl.transport.loop().post([answered = std::move(answered)] { answered({}); });
    return;
  }
  const auto id = ++impl.last_verification;
  auto work = std::make_unique<Verification>(
    impl.transport, impl.settings(), std::move(asked), ids,
    [&impl, id, answered = std::move(answered)](std::vector<VerifiedGateway> verified) {
      impl.verifications.at(id).turn =
        impl.transport.loop().after(k_next_turn, [&impl, id] { impl.verifications.erase(id); });
      answered(std::move(verified)); // may end the engine
    });
  impl.verifications.emplace(id, Impl::OnGround<Verification>{impl.ground, std::move(work), {}});
}

// --- Memory ---

std::size_t Engine::Impl::reopen(const std::vector<Gateway>& gateways)
{
  std::size_t count = 0;
  for (const auto& gateway : gateways) {
    count += rate_gate.reopen(gateway) ? 1 : 0;
  }
  return count;
}

Result<std::size_t> Engine::forget(const std::vector<Gateway>& gateways)
{
  std::size_t count = m_impl->reopen(gateways);
  for (const auto& gateway : gateways) {
    count += m_impl->learnt.forget(gateway);
  }
  LIMN_TRY(m_impl->learnt.synchronize());
  return count;
}

Result<std::size_t> Engine::forget_all(const std::vector<Gateway>& gateways)
{
  const std::size_t count = m_impl->reopen(gateways) + m_impl->learnt.forget_all();
  LIMN_TRY(m_impl->learnt.synchronize());
  return count;
}

} // namespace limn
