#include "queue/postgres/queue_store.hpp"

#include "queue/postgres/schema.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_copy_size = 256 * 1024; // sent at once

std::optional<std::int64_t> number_if_any(const PgRows& rows, std::size_t row, std::size_t column)
{
  return rows.rows[row][column] ? std::optional(rows.number(row, column)) : std::nullopt;
}

Cost::Basis basis_from(const std::string& name)
{
  for (const auto basis : {Cost::Basis::usage, Cost::Basis::estimate, Cost::Basis::bound}) {
    if (to_string(basis) == name) {
      return basis;
    }
  }
  return Cost::Basis::unknown;
}

PgValue jobs_or_null(const std::vector<std::int64_t>& jobs)
{
  return jobs.empty() ? PgValue() : PgValue(pg_array(jobs));
}

} // namespace

std::string_view to_string(QueueLane lane)
{
  return lane == QueueLane::batch ? "batch" : "usual";
}

Result<QueueStore> QueueStore::open(const Secret& url)
{
  LIMN_TRY_ASSIGN(auto connection, PgBlockingConnection::open(url));
  LIMN_TRY(check_queue(connection));
  return QueueStore(std::move(connection));
}

Done QueueStore::begin_items()
{
  LIMN_TRY(m_connection.run_script("create temp table limn_brought (line integer, item text, "
                                   "fingerprint bytea, request text)"));
  return m_connection.begin_copy("copy limn_brought from stdin");
}

Done QueueStore::bring(const QueueItem& item)
{
  m_rows += std::to_string(item.line) + '\t';
  append_copy_value(m_rows, item.id);
  m_rows += "\t\\\\x" + item.fingerprint + '\t';
  append_copy_value(m_rows, item.request);
  m_rows += '\n';
  if (m_rows.size() < k_copy_size) {
    return {};
  }
  return m_connection.put_copy(std::exchange(m_rows, {}));
}

Result<std::vector<SameQueueId>> QueueStore::end_items()
{
  LIMN_TRY(m_connection.put_copy(std::exchange(m_rows, {})));
  LIMN_TRY(m_connection.end_copy());
  LIMN_TRY_ASSIGN(
    const auto rows,
    m_connection.run({"select b.item, f.line, b.line from limn_brought b join (select item, "
                      "min(line) as line from limn_brought where item is not null group by item "
                      "having count(*) > 1) f on b.item = f.item and b.line > f.line order by "
                      "b.line limit 11",
                      {}}));
  std::vector<SameQueueId> found;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    found.push_back({rows.text(row, 0), static_cast<int>(rows.number(row, 1)),
                     static_cast<int>(rows.number(row, 2))});
  }
  return found;
}

Result<std::int64_t> QueueStore::add(const QueueAddition& addition)
{
  LIMN_TRY_ASSIGN(
    const auto rows,
    m_connection.run(
      {"with addition as (insert into limn_addition (file, folder, defaults) values ($1, $2, $3) "
       "returning id) insert into limn_job (addition, lane, line, item, fingerprint, request) "
       "select "
       "addition.id, $4, b.line, b.item, b.fingerprint, b.request from limn_brought b, addition "
       "order by b.line on conflict (fingerprint) do nothing",
       {addition.file, addition.folder, addition.defaults,
        std::string(to_string(addition.lane))}}));
  return rows.changed;
}

Result<QueueStatus> QueueStore::status()
{
  QueueStatus status;
  for (const auto state : {JobState::queued, JobState::claimed, JobState::sent, JobState::done,
                           JobState::refused, JobState::unknown, JobState::cancelled}) {
    status.jobs[state] = 0;
  }
  LIMN_TRY(m_connection.run({"select limn_reap()", {}}));
  LIMN_TRY_ASSIGN(const auto jobs,
                  m_connection.run({"select state, count(*) from limn_job group by state", {}}));
  for (std::size_t row = 0; row < jobs.rows.size(); ++row) {
    if (const auto state = job_state_from(jobs.text(row, 0))) {
      status.jobs[*state] = jobs.number(row, 1);
    }
  }
  LIMN_TRY_ASSIGN(
    const auto rows,
    m_connection.run(
      {"select max_cost, (select sum(spent) from limn_money), (select sum(reserved) from "
       "limn_money), is_draining, (select count(*) from (select worker from "
       "limn_job where state in ('claimed', 'sent') and lease > clock_timestamp() union select "
       "worker from limn_batch where state <> 'over' and lease > clock_timestamp()) w), (select "
       "count(*) from limn_job where ended > clock_timestamp() - interval '1 min') from limn_queue",
       {}}));
  status.max_cost = number_if_any(rows, 0, 0);
  status.spent = rows.number(0, 1);
  status.reserved = rows.number(0, 2);
  status.is_draining = rows.text(0, 3) == "t";
  status.workers = rows.number(0, 4);
  status.ended_lately = rows.number(0, 5);
  LIMN_TRY_ASSIGN(
    const auto lane,
    m_connection.run(
      {"select (select count(*) from limn_job where lane = 'batch' and state = 'queued'), (select "
       "count(*) from limn_job where lane = 'batch' and state in ('claimed', 'sent')), (select "
       "count(*) from limn_batch where state <> 'over')",
       {}}));
  status.lane_queued = lane.number(0, 0);
  status.lane_under_way = lane.number(0, 1);
  status.lane_batches = lane.number(0, 2);
  return status;
}

Result<std::vector<QueuedJob>> QueueStore::list(std::optional<JobState> state, int most)
{
  LIMN_TRY_ASSIGN(
    const auto rows,
    m_connection.run(
      {"select j.id, j.item, a.file, j.line, j.state, j.worker, j.failure_class, j.failure, "
       "j.cost, j.cost_basis, j.report, j.lane, b.batch from limn_job j join limn_addition a on "
       "a.id = j.addition left join limn_batch b on b.id = j.batch where $1::text is null or "
       "j.state = $1 order by j.id limit $2",
       {state ? PgValue(std::string(to_string(*state))) : PgValue(), std::to_string(most)}}));
  std::vector<QueuedJob> jobs;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    QueuedJob job{rows.text(row, 0), rows.text(row, 1),  rows.text(row, 2),     rows.number(row, 3),
                  rows.text(row, 4), rows.text(row, 11), rows.text(row, 12),    rows.text(row, 5),
                  rows.text(row, 6), rows.text(row, 7),  std::optional<Cost>(), rows.text(row, 10)};
    if (const auto amount = number_if_any(rows, row, 8)) {
      job.cost = Cost{basis_from(rows.text(row, 9)), *amount};
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<std::optional<NanoUsd>> QueueStore::max_cost()
{
  LIMN_TRY_ASSIGN(const auto rows, m_connection.run({"select max_cost from limn_queue", {}}));
  return number_if_any(rows, 0, 0);
}

Done QueueStore::set_max_cost(std::optional<NanoUsd> most)
{
  LIMN_TRY(m_connection.run(
    {"select limn_limit($1)", {most ? PgValue(std::to_string(*most)) : PgValue()}}));
  return {};
}

Done QueueStore::set_draining(bool is_draining)
{
  LIMN_TRY(m_connection.run(
    {"update limn_queue set is_draining = $1", {std::string(is_draining ? "true" : "false")}}));
  return {};
}

Result<std::vector<std::string>> QueueStore::cancel(const std::vector<std::int64_t>& jobs)
{
  return run_for("select limn_cancel($1)", jobs);
}

Result<std::vector<std::string>> QueueStore::requeue(const std::vector<std::int64_t>& jobs)
{
  return run_for("select limn_requeue($1)", jobs);
}

Result<std::vector<std::string>> QueueStore::resolve(const std::vector<std::int64_t>& jobs,
                                                     Resolution resolution)
{
  return run_for(resolution == Resolution::paid ? "select limn_resolve($1, true)"
                                                : "select limn_resolve($1, false)",
                 jobs);
}

Result<std::vector<std::string>> QueueStore::run_for(const std::string& sql,
                                                     const std::vector<std::int64_t>& jobs)
{
  LIMN_TRY_ASSIGN(const auto rows, m_connection.run({sql, {jobs_or_null(jobs)}}));
  std::vector<std::string> ids;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    ids.push_back(rows.text(row, 0));
  }
  return ids;
}

Result<bool> init_queue(const Secret& url)
{
  LIMN_TRY_ASSIGN(auto connection, PgBlockingConnection::open(url));
  LIMN_TRY_ASSIGN(const auto made, migrate_queue(connection));
  return made > 0;
}

} // namespace limn
