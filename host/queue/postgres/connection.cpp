#include "queue/postgres/connection.hpp"

#include "queue/postgres/libpq.hpp"
#include "queue/postgres/results.hpp"

#include <utility>

namespace limn {

struct PgBlockingConnection::Connected {
  std::shared_ptr<const Libpq> pq;
  PgConnection connection;

  PgResult result(PGresult* result) const { return {result, pq->PQclear}; }
};

PgBlockingConnection::PgBlockingConnection(std::unique_ptr<Connected> connected)
  : m_connected(std::move(connected))
{
}
PgBlockingConnection::PgBlockingConnection(PgBlockingConnection&&) noexcept = default;
PgBlockingConnection& PgBlockingConnection::operator=(PgBlockingConnection&&) noexcept = default;
PgBlockingConnection::~PgBlockingConnection() = default;

Result<PgBlockingConnection> PgBlockingConnection::open(const Secret& url)
{
  LIMN_TRY_ASSIGN(auto pq, Libpq::load());
  std::string address(url.reveal());
  const auto parameters = pg_parameters(address.c_str());
  PgConnection connection(
    pq->PQconnectdbParams(parameters.names.data(), parameters.values.data(), 1), pq->PQfinish);
  wipe(address);
  if (!connection || pq->PQstatus(connection.get()) != CONNECTION_OK) {
    return fail(pg_connection_failure(*pq, connection.get()));
  }
  drop_notices(*pq, connection.get());
  return PgBlockingConnection(
    std::make_unique<Connected>(Connected{std::move(pq), std::move(connection)}));
}

Result<PgRows> PgBlockingConnection::run(const PgStatement& statement)
{
  const auto& [pq, connection] = *m_connected;
  const auto values = pg_values(statement);
  const auto result = m_connected->result(pq->PQexecParams(connection.get(), statement.sql.c_str(),
                                                           static_cast<int>(values.size()), nullptr,
                                                           values.data(), nullptr, nullptr, 0));
  return pg_rows(*pq, connection.get(), result.get());
}

Done PgBlockingConnection::run_script(const std::string& sql)
{
  const auto& [pq, connection] = *m_connected;
  const auto result = m_connected->result(pq->PQexec(connection.get(), sql.c_str()));
  LIMN_TRY(pg_rows(*pq, connection.get(), result.get()));
  return {};
}

Done PgBlockingConnection::transaction(const std::function<Done()>& work)
{
  LIMN_TRY(run_script("begin"));
  if (auto done = work(); !done) {
    static_cast<void>(run_script("rollback")); // what was wrong is told
    return done;
  }
  return run_script("commit");
}

Done PgBlockingConnection::begin_copy(const std::string& sql)
{
  const auto& [pq, connection] = *m_connected;
  const auto result = m_connected->result(pq->PQexec(connection.get(), sql.c_str()));
  if (pq->PQresultStatus(result.get()) != PGRES_COPY_IN) {
    LIMN_TRY(pg_rows(*pq, connection.get(), result.get()));
    return fail(FailureClass::internal, "the queue's database takes no rows");
  }
  return {};
}

Done PgBlockingConnection::put_copy(std::string_view rows)
{
  const auto& [pq, connection] = *m_connected;
  if (pq->PQputCopyData(connection.get(), rows.data(), static_cast<int>(rows.size())) != 1) {
    return fail(pg_connection_failure(*pq, connection.get()));
  }
  return {};
}

Done PgBlockingConnection::end_copy()
{
  const auto& [pq, connection] = *m_connected;
  if (pq->PQputCopyEnd(connection.get(), nullptr) != 1) {
    return fail(pg_connection_failure(*pq, connection.get()));
  }
  Done done;
  for (auto result = m_connected->result(pq->PQgetResult(connection.get())); result;
       result = m_connected->result(pq->PQgetResult(connection.get()))) {
    if (auto rows = pg_rows(*pq, connection.get(), result.get()); !rows && done) {
      done = fail(std::move(rows.error()));
    }
  }
  return done;
}

void append_copy_value(std::string& row, const PgValue& value)
{
  if (!value) {
    row += "\\N";
    return;
  }
  for (const char c : *value) {
    switch (c) {
    case '\\':
      row += "\\\\";
      break;
    case '\n':
      row += "\\n";
      break;
    case '\r':
      row += "\\r";
      break;
    case '\t':
      row += "\\t";
      break;
    default:
      row += c;
    }
  }
}

} // namespace limn
