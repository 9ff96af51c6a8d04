#include "batch/preparation.hpp"

#include "job/job_check.hpp"
#include "job/job_output.hpp"

#include <utility>

namespace limn {

Result<PreparedItem> prepare_job(Session& session, GenerateOptions job, const ItemTerms& terms,
                                 Naming naming)
{
  PreparedItem prepared;
  auto& order = prepared.order;
  if (terms.sandbox != nullptr) {
    order.gateways.push_back(*terms.sandbox);
  } else {
    LIMN_TRY_ASSIGN(order.gateways, session.host().gateways(job.gateways));
  }
  LIMN_TRY(suit_to_gateways(session.host(), job, order.gateways));
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, job));
  if (terms.wants_digests) {
    output.with_digest();
  }
  LIMN_TRY_ASSIGN(prepared.sink, output.open(session, std::move(naming)));
  order.sink = prepared.sink.get();
  order.job = std::move(job.job);
  order.options = std::move(job.engine);
  order.door = terms.door;
  return prepared;
}

Result<PreparedItem> prepare_item(Session& session, const BatchOptions& options,
                                  const Gateway* sandbox, const Task& task, Naming naming)
{
  std::vector<Failure> mistakes;
  const auto text = read_item(task.item->text, options.defaults, mistakes);
  auto job = read_job(text.job, mistakes); // a file to work from may be gone
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  return prepare_job(session, std::move(job), {sandbox, !options.manifest.empty(), "batch"},
                     std::move(naming));
}

} // namespace limn
