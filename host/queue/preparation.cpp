#include "queue/preparation.hpp"

#include "batch/item.hpp"
#include "job/job_check.hpp"
#include "job/job_output.hpp"
#include "queue/addition.hpp"

#include <utility>

namespace limn {

Result<PreparedItem> prepare_claim(Session& session, const QueueClaim& claim,
                                   const Gateway* sandbox, Naming naming)
{
  LIMN_TRY_ASSIGN(const auto defaults, defaults_of_json(claim.defaults));
  std::vector<Failure> mistakes;
  auto text = read_item(claim.request, defaults, mistakes);
  auto job = read_job(in_folder(std::move(text.job), claim.folder), mistakes);
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
  output.with_digest();
  LIMN_TRY_ASSIGN(prepared.sink, output.open(session, std::move(naming)));
  order.sink = prepared.sink.get();
  order.job = std::move(job.job);
  order.options = std::move(job.engine);
  order.door = "queue";
  return prepared;
}

} // namespace limn
