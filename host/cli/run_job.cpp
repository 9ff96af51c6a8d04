#include "cli/run_job.hpp"

#include "cli/observer.hpp"
#include "job/exit_status.hpp"
#include "job/interrupt.hpp"
#include "job/leave.hpp"

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
  Engine* running = nullptr;
  Leave* leave = nullptr;
  LIMN_TRY_ASSIGN(const auto transport, session.transport(interrupt.fd(), [&](char byte) {
    const auto signal = static_cast<StopSignal>(byte);
    if (signal == StopSignal::interrupt) {
      running->cancel(JobsToCancel::all);
    } else {
      leave->on(signal);
    }
  }));
  ProgressObserver observer(session.console(), session.options(), *transport);
  if (session.settings().allow_duplicate_charge) {
    options.duplicate_charge = DuplicateCharge::allowed;
  }
  Engine engine(*transport, session.registry(), learnt, session.settings());
  running = &engine;
  std::optional<JobOutcome> outcome;
  Leave leaving(
    *transport, engine, [&] { return outcome.has_value(); },
    [&](const std::string& text) { observer.noticed(text); });
  leave = &leaving;
  engine.start({std::move(job), gateways, std::move(store), std::move(options), &observer},
               [&](JobOutcome done) { outcome.emplace(std::move(done)); });
  transport->run([&] { return outcome.has_value(); });
  if (!outcome) {
    return fail(FailureClass::internal, "nothing is under way any more, and the job is not done");
  }
  const int status = status_of(*outcome, interrupt.last());
  return FinishedJob{std::move(*outcome), status};
}

} // namespace limn
