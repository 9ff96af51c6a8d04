#include "queue/postgres/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace limn {

namespace {

std::string on_one_line(std::string_view text)
{
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

PgRows copied(const Libpq& pq, const PGresult* result)
{
  PgRows all;
  const auto columns = pq.PQnfields(result);
  for (int row = 0; row < pq.PQntuples(result); ++row) {
    auto& values = all.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      values.push_back(
        pq.PQgetisnull(result, row, column) != 0
          ? PgValue()
          : PgValue(std::string(pq.PQgetvalue(result, row, column),
                                static_cast<std::size_t>(pq.PQgetlength(result, row, column)))));
    }
  }
  // libpq takes it as one that could be changed, and changes nothing.
  all.changed = std::strtoll(pq.PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
  return all;
}

} // namespace

Result<PgRows> pg_rows(const Libpq& pq, const PGconn* connection, const PGresult* result)
{
  const auto status = pq.PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    return copied(pq, result);
  }
  if (pq.PQstatus(connection) == CONNECTION_BAD || result == nullptr) {
    return fail(pg_connection_failure(pq, connection));
  }
  const auto* const state = pq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = state == nullptr ? "" : state;
  const auto* const message = pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  Failure failure(
    FailureClass::not_saved,
    fmt::format("the queue's database: {}", on_one_line(message == nullptr ? "" : message)));
  failure.code = code;
  if (code == k_other_version) {
    failure = Failure(FailureClass::settings, "the queue was changed by another version of limn",
                      "use one version of limn for all that work on it");
    failure.code = code;
  } else if (code == "42P01" || code == "42883") { // no such table or function
    failure = Failure(FailureClass::settings, "there is no queue in that database",
                      "limn queue init makes one");
    failure.code = code;
  } else if (code.starts_with("57P")) { // it is shut down, or begins
    failure.failure_class = FailureClass::unreachable;
  }
  return fail(std::move(failure));
}

Failure pg_connection_failure(const Libpq& pq, const PGconn* connection)
{
  return {FailureClass::unreachable,
          fmt::format("the queue's database cannot be reached: {}",
                      on_one_line(pq.PQerrorMessage(connection))),
          "look whether it runs, and at the address"};
}

PgParameters pg_parameters(const char* url)
{
  return {{"connect_timeout", "fallback_application_name", "dbname", "client_encoding", nullptr},
          {"10", "limn", url, "UTF8", nullptr}};
}

std::vector<const char*> pg_values(const PgStatement& statement)
{
  std::vector<const char*> values;
  for (const auto& value : statement.values) {
    values.push_back(value ? value->c_str() : nullptr);
  }
  return values;
}

void drop_notices(const Libpq& pq, PGconn* connection)
{
  pq.PQsetNoticeReceiver(
    connection, [](void*, const PGresult*) {}, nullptr);
}

} // namespace limn
