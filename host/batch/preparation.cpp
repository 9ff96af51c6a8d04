#include "batch/preparation.hpp"

#include "job/job_check.hpp"
#include "job/job_output.hpp"

#include <utility>

namespace limn {

Result<PreparedItem> prepare_item(Session& session, const BatchOptions& options,
                                  const Gateway* sandbox, const Task& task, Naming naming)
{
  std::vector<Failure> mistakes;
  const auto text = read_item(task.item->text, options.defaults, mistakes);
  auto job = read_job(text.job, mistakes); // a file to work from may be gone
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  PreparedItem prepared;
  auto& order = prepared.order;
  if (sandbox != nullptr) {
    order.gateways.push_back(*sandbox);
  } else {
    LIMN_TRY_ASSIGN(order.gateways, session.host().gateways(job.gateways));
  }
  LIMN_TRY(suit_to_gateways(session.host(), job, order.gateways));
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, job));
  if (!options.manifest.empty()) {
    output.with_digest();
  }
  LIMN_TRY_ASSIGN(prepared.sink, output.open(session, std::move(naming)));
  order.job = std::move(job.job);
  order.options = std::move(job.engine);
  order.door = "batch";
  return prepared;
}

} // namespace limn
