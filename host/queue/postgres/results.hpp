#pragma once

#include "queue/postgres/libpq.hpp"
#include "queue/postgres/statement.hpp"

#include <string_view>

namespace limn {

// The SQLSTATE with which the queue refuses a limn of another version.
inline constexpr std::string_view k_other_version = "LM001";

// What stands in it, or why there is nothing. A broken connection is FailureClass::unreachable:
// whether what was asked for was done is not known then.
Result<PgRows> pg_rows(const Libpq& pq, const PGconn* connection, const PGresult* result);

// Why it is not connected, on one line.
Failure pg_connection_failure(const Libpq& pq, const PGconn* connection);

// How limn connects to `url`, for PQconnect*Params: names and values of equal length, with a null
// at the end; they borrow `url`.
struct PgParameters {
  std::vector<const char*> names;
  std::vector<const char*> values;
};
PgParameters pg_parameters(const char* url);

// Values for PQexecParams, which borrow the statement.
std::vector<const char*> pg_values(const PgStatement& statement);

// Notices are for nobody: standard error may carry JSON lines.
void drop_notices(const Libpq& pq, PGconn* connection);

} // namespace limn
