#include "memory/jobs_schema.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace limn {

namespace {

constexpr std::int64_t k_jobs_schema = 3; // user_version

constexpr const char* k_jobs_tables = R"(
CREATE TABLE job (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, door TEXT NOT NULL, state TEXT NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL, changed INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, job_order TEXT NOT NULL, images INTEGER NOT NULL,
  callers INTEGER NOT NULL DEFAULT 1, worker TEXT NOT NULL DEFAULT '',
  estimate_basis INTEGER NOT NULL, estimate INTEGER NOT NULL,
  cost_basis INTEGER NOT NULL DEFAULT 3, cost INTEGER NOT NULL DEFAULT 0,
  is_to_end INTEGER NOT NULL DEFAULT 0, progress TEXT NOT NULL DEFAULT '',
  report TEXT NOT NULL DEFAULT '', heard INTEGER NOT NULL DEFAULT 0,
  listener TEXT NOT NULL DEFAULT '', account TEXT NOT NULL DEFAULT '');
CREATE TABLE spent (
  door TEXT NOT NULL, account TEXT NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (door, account, day));
CREATE TABLE job_image (
  job TEXT NOT NULL, path TEXT NOT NULL, inode INTEGER NOT NULL, PRIMARY KEY (job, path));
CREATE TABLE job_request (
  door TEXT NOT NULL, request_id TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (door, request_id));
CREATE INDEX job_request_by_job ON job_request (job);
CREATE INDEX job_by_fingerprint ON job (fingerprint, number);
CREATE INDEX job_under_way ON job (number) WHERE state IN ('queued', 'claimed', 'sent');
CREATE INDEX job_by_time ON job (changed);
CREATE INDEX job_by_account ON job (door, account, asked);
PRAGMA user_version = 3;
)";

// `heard`: when its end reached a caller; `listener`: the process that one waits in.
constexpr const char* k_from_version_1 = R"(
ALTER TABLE job ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN listener TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 2;
)";

// `worker`: the process that claimed it last; `account`: for whom; `spent`: what jobs cost that are
// not in `job` any more.
constexpr const char* k_from_version_2 = R"(
ALTER TABLE job ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN account TEXT NOT NULL DEFAULT '';
CREATE TABLE spent (
  door TEXT NOT NULL, account TEXT NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (door, account, day));
CREATE INDEX job_by_account ON job (door, account, asked);
PRAGMA user_version = 3;
)";

Result<std::int64_t> jobs_version(Sqlite& database)
{
  LIMN_TRY_ASSIGN(auto statement, database.prepare("PRAGMA user_version"));
  LIMN_TRY(statement.step());
  return statement.number(0);
}

// Within a transaction. Another process may have been faster.
Done grow_jobs_schema(Sqlite& database)
{
  LIMN_TRY_ASSIGN(const auto found, jobs_version(database));
  if (found == 0) {
    return database.run(k_jobs_tables);
  }
  if (found == 1) {
    LIMN_TRY(database.run(k_from_version_1));
  }
  return found <= 2 ? database.run(k_from_version_2) : Done();
}

} // namespace

Done prepare_jobs_schema(Sqlite& database, const std::filesystem::path& file)
{
  // What must survive a power cut says so itself (durably): it takes along all that came before it.
  LIMN_TRY(database.use_write_ahead_log());
  LIMN_TRY(database.run("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON"));
  LIMN_TRY_ASSIGN(auto found, jobs_version(database));
  if (found < k_jobs_schema) {
    LIMN_TRY(database.transaction([&] { return grow_jobs_schema(database); }));
    LIMN_TRY_ASSIGN(found, jobs_version(database));
  }
  if (found > k_jobs_schema) {
    return fail(FailureClass::internal,
                fmt::format("{} is of a newer limn (version {} of its tables; this one knows {})",
                            file.string(), found, k_jobs_schema),
                "use that one");
  }
  return {};
}

} // namespace limn
