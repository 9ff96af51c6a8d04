#include "queue/preparation.hpp"

#include "batch/item.hpp"
#include "batch/preparation.hpp"
#include "job/job_text.hpp"
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
  constexpr bool k_wants_digests = true; // the report of a job is for other machines, too
  return prepare_job(session, std::move(job), {sandbox, k_wants_digests, "queue"},
                     std::move(naming));
}

} // namespace limn
