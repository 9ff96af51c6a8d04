#include "run_job.hpp"

#include "interrupt.hpp"
#include "observer.hpp"

namespace limn {

Result<JobOutcome> run_job(Session& session, Learnt& learnt, Job job,
                           const std::vector<Gateway>& gateways, ImageStore store,
                           EngineOptions options)
{
  const InterruptPipe interrupt;
  store.interrupt_with(interrupt.fd());
  Engine* running = nullptr;
  LIMN_TRY_ASSIGN(const auto transport,
                  session.transport(interrupt.fd(), [&] { running->cancel(JobsToCancel::all); }));
  ProgressObserver observer(session.console(), session.options(), *transport);
  if (session.settings().allow_duplicate_charge) {
    options.duplicate_charge = DuplicateCharge::allowed;
  }
  Engine engine(*transport, session.registry(), learnt, session.settings());
  running = &engine;
  std::optional<JobOutcome> outcome;
  engine.start({std::move(job), gateways, std::move(store), std::move(options), &observer},
               [&](JobOutcome done) { outcome.emplace(std::move(done)); });
  transport->run([&] { return outcome.has_value(); });
  if (!outcome) {
    return fail(FailureClass::internal, "nothing is under way any more, and the job is not done");
  }
  return std::move(*outcome);
}

} // namespace limn
