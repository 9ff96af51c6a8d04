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

FinishedJob run_job(Session& session, Job job, const std::vector<Gateway>& gateways,
                    ImageSink& sink, EngineOptions options, PictureView& pictures, std::string door)
{
  const InterruptPipe interrupt(Leaving::after_what_is_charged);
  sink.interrupt_with(interrupt.fd());
  auto& loop = session.loop();
  auto& engine = session.host().engine();
  ProgressObserver observer(session, job, pictures);
  Leave leave(
    loop, engine, [&] { return observer.outcome().has_value(); },
    [&](const std::string& text) { observer.noticed(text); });
  const auto signals = interrupt.watch(loop, [&](StopSignal signal) {
    if (signal == StopSignal::interrupt) {
      engine.cancel(JobsToCancel::all);
    } else {
      leave.on(signal);
    }
  });
  OpenGate gate;
  engine.start({std::move(job), gateways, &sink, std::move(options), &gate, 1, std::move(door)},
               observer);
  loop.run();
  session.host().remember();
  auto& outcome = observer.outcome();
  const int status = status_of(*outcome, interrupt.last());
  return FinishedJob{std::move(*outcome), status};
}

} // namespace limn
