#include "cli/run_job.hpp"

#include "cli/observer.hpp"
#include "job/exit_status.hpp"
#include "job/interrupt.hpp"
#include "job/leave.hpp"
#include "loop/epoll_loop.hpp"

namespace limn {

namespace {

int status_of(const JobOutcome& outcome, StopSignal last_signal)
{
  if (!outcome.failure) {
    return 0;
  }
  return outcome.failure->failure_class == FailureClass::cancelled
           ? exit_status(last_signal)
           : exit_status(outcome.failure->failure_class);
}

} // namespace

Result<FinishedJob> run_job(Session& session, Learnt& learnt, Job job,
                            const std::vector<Gateway>& gateways, ImageStore store,
                            EngineOptions options)
{
  const InterruptPipe interrupt(Leaving::after_what_is_charged);
  store.interrupt_with(interrupt.fd());
  LIMN_TRY_ASSIGN(const auto loop, epoll_loop());
  LIMN_TRY_ASSIGN(const auto transport, session.transport(*loop));
  ProgressObserver observer(session.console(), session.options(), *loop);
  if (session.settings().allow_duplicate_charge) {
    options.duplicate_charge = DuplicateCharge::allowed;
  }
  Engine engine(*transport, session.registry(), learnt, session.settings());
  Leave leave(
    *loop, engine, [&] { return observer.outcome().has_value(); },
    [&](const std::string& text) { observer.noticed(text); });
  const auto signals = interrupt.watch(*loop, [&](StopSignal signal) {
    if (signal == StopSignal::interrupt) {
      engine.cancel(JobsToCancel::all);
    } else {
      leave.on(signal);
    }
  });
  OpenGate gate;
  engine.start({std::move(job), gateways, std::move(store), std::move(options), &gate}, observer);
  loop->run();
  auto& outcome = observer.outcome();
  const int status = status_of(*outcome, interrupt.last());
  return FinishedJob{std::move(*outcome), status};
}

} // namespace limn
