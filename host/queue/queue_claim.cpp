#include "queue/queue_claim.hpp"

#include "queue/postgres/schema.hpp"

namespace limn {

PgStatement claim_statement(const std::string& worker, int most)
{
  return {"select id, fence, line, item, request, folder, defaults, fingerprint "
          "from limn_claim($1, $2, $3)",
          {std::to_string(queue_version()), worker, std::to_string(most)}};
}

QueueClaim claim_of(const PgRows& rows, std::size_t row)
{
  return {rows.number(row, 0),
          static_cast<int>(rows.number(row, 1)),
          static_cast<int>(rows.number(row, 2)),
          rows.text(row, 3),
          rows.text(row, 4),
          rows.text(row, 5),
          rows.text(row, 6),
          rows.text(row, 7)};
}

} // namespace limn
