#include "work/order_preparation.hpp"

#include "job/job_check.hpp"
#include "job/job_output.hpp"
#include "job/paths.hpp"
#include "output/file_sink.hpp"
#include "work/work_order.hpp"

#include <string>
#include <utility>

namespace limn {

namespace {

// `limn serve` speaks no TLS: one behind an encrypted address is behind somebody else.
void tell_hops(std::vector<Gateway>& gateways, int hops)
{
  for (auto& gateway : gateways) {
    if (hops > 0 && gateway.base_url.starts_with("http://")) {
      gateway.headers.emplace_back(k_hops_header, std::to_string(hops));
    }
  }
}

} // namespace

Result<PreparedOrder> prepare_order(Session& session, const KeptJob& job, Naming naming)
{
  LIMN_TRY_ASSIGN(auto order, work_order_from(job.order));
  for (auto& input : order.job.inputs) {
    LIMN_TRY_ASSIGN(const auto file, file_within(order.places, input));
    input = file.string();
  }
  if (!order.job.mask.empty()) {
    LIMN_TRY_ASSIGN(const auto mask, file_within(order.places, order.job.mask));
    order.job.mask = mask.string();
  }
  const std::filesystem::path output = order.job.output;
  LIMN_TRY_ASSIGN(const auto folder,
                  folder_within(order.places, output.empty() ? order.job.directory
                                                             : output.parent_path().string()));
  std::vector<Failure> mistakes;
  PreparedOrder prepared;
  prepared.options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  prepared.options.job.partial_images = order.previews;
  LIMN_TRY_ASSIGN(prepared.gateways, session.host().gateways(prepared.options.gateways));
  LIMN_TRY(check_job(session, prepared.options, prepared.gateways));
  tell_hops(prepared.gateways, order.hops);
  // A name is that of a new file here, whatever stands there: no folder, pipe or device is meant.
  const SinkOptions sink{session.settings().output_name, recovered_folder(), order.digest};
  if (output.empty()) {
    prepared.sink = std::make_unique<FolderSink>(folder, sink, std::move(naming));
  } else {
    prepared.sink =
      std::make_unique<FileSink>(folder, output.filename().string(), sink, std::move(naming));
  }
  LIMN_TRY(prepared.sink->check_writable());
  return prepared;
}

} // namespace limn
