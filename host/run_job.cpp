#include "run_job.hpp"

#include "interrupt.hpp"
#include "observer.hpp"
#include "paths.hpp"

namespace limn {

Result<JobOutcome> run_job(Session& session, Learnt& learnt, Job job,
                           const std::vector<Gateway>& gateways, ImageStore store,
                           EngineOptions options)
{
  const InterruptPipe interrupt;
  Engine* running = nullptr;
  LIMN_TRY_ASSIGN(const auto transport,
                  session.transport(interrupt.fd(), [&] { running->cancel(); }));
  ProgressObserver observer(session.console(), session.options(), *transport);
  if (session.settings().allow_duplicate_charge) {
    options.duplicate_charge = DuplicateCharge::allowed;
  }
  Engine engine(*transport, session.registry(), learnt, session.settings(), std::move(options),
                observer);
  running = &engine;
  std::optional<JobOutcome> outcome;
  engine.start(std::move(job), gateways, std::move(store),
               [&](JobOutcome done) { outcome.emplace(std::move(done)); });
  transport->run([&] { return outcome.has_value(); });
  return std::move(*outcome);
}

ImageStore image_store(const Session& session, const GenerateOptions& options)
{
  ImageStoreOptions store;
  store.name_template = session.settings().output_name;
  store.recovered = state_folder() / "recovered";
  // Only the envelope shows it.
  const bool is_shown = session.options().format == ReportFormat::json || session.options().events;
  store.digest = is_shown ? ImageDigest::sha256 : ImageDigest::none;
  if (!options.output_file.empty()) {
    const auto file = from_here(options.output_file);
    store.folder = file.parent_path();
    store.file_name = file.filename().string();
  } else if (!options.output_directory.empty()) {
    store.folder = from_here(options.output_directory);
  } else {
    store.folder = session.settings().output_directory.empty()
                     ? std::filesystem::current_path()
                     : session.settings().output_directory;
  }
  return ImageStore(std::move(store));
}

} // namespace limn
