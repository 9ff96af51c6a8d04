#include "queue/postgres/schema.hpp"

#include "queue/postgres/migrations.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// Of all that change a queue, one at a time. No other program's.
constexpr auto k_lock = "select pg_advisory_xact_lock(7812940553211)";

Failure newer(std::int64_t found)
{
  return {FailureClass::settings,
          fmt::format("the queue is of version {}, and this limn knows {}", found, queue_version()),
          "a newer limn has worked on it: update this one"};
}

// 0: there is none.
Result<std::int64_t> version_of(PgBlockingConnection& connection)
{
  LIMN_TRY_ASSIGN(const auto table, connection.run({"select to_regclass('limn_schema')", {}}));
  if (!table.rows.at(0).at(0)) {
    return 0;
  }
  LIMN_TRY_ASSIGN(const auto rows,
                  connection.run({"select coalesce(max(number), 0) from limn_schema", {}}));
  return rows.number(0, 0);
}

Result<int> migrate(PgBlockingConnection& connection)
{
  LIMN_TRY(connection.run_script(k_lock));
  LIMN_TRY_ASSIGN(const auto found, version_of(connection));
  if (found > queue_version()) {
    return fail(newer(found));
  }
  if (found == 0) {
    LIMN_TRY(connection.run_script("create table limn_schema (number integer primary key, at "
                                   "timestamptz not null default clock_timestamp())"));
  }
  int made = 0;
  for (auto number = static_cast<int>(found) + 1; number <= queue_version(); ++number) {
    LIMN_TRY(
      connection.run_script(std::string(k_migrations[static_cast<std::size_t>(number - 1)])));
    LIMN_TRY(
      connection.run({"insert into limn_schema (number) values ($1)", {std::to_string(number)}}));
    ++made;
  }
  return made;
}

} // namespace

int queue_version()
{
  return static_cast<int>(k_migrations.size());
}

Result<int> migrate_queue(PgBlockingConnection& connection)
{
  LIMN_TRY_ASSIGN(const auto encoding, connection.run({"show server_encoding", {}}));
  if (encoding.text(0, 0) != "UTF8") {
    return fail(FailureClass::settings,
                fmt::format("the database's encoding is {}", encoding.text(0, 0)),
                "a queue needs one of UTF8: createdb --encoding UTF8 --template template0 NAME");
  }
  int made = 0;
  LIMN_TRY(connection.transaction([&]() -> Done {
    LIMN_TRY_ASSIGN(made, migrate(connection));
    return {};
  }));
  return made;
}

Done check_queue(PgBlockingConnection& connection)
{
  LIMN_TRY_ASSIGN(const auto found, version_of(connection));
  if (found == 0) {
    return fail(FailureClass::settings, "there is no queue in that database",
                "limn queue init makes one");
  }
  if (found > queue_version()) {
    return fail(newer(found));
  }
  if (found < queue_version()) {
    return fail(FailureClass::settings,
                fmt::format("the queue is of version {}, and this limn works with {}", found,
                            queue_version()),
                "limn queue init brings it up; workers of the older limn end then");
  }
  return {};
}

} // namespace limn
