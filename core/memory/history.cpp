#include "memory/history.hpp"

#include "base/files.hpp"
#include "base/word.hpp"
#include "memory/history_lines.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

constexpr int k_schema = 1; // user_version
// What waits in the log is read by whoever opens the database next.
constexpr std::uintmax_t k_much_to_bring = 256 << 10; // bytes, to their place in the database

constexpr const char* k_tables = R"(
CREATE TABLE attempt (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, state INTEGER NOT NULL,
  process INTEGER NOT NULL, door TEXT NOT NULL, prompt TEXT NOT NULL, folded TEXT,
  parameters TEXT NOT NULL, gateway TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
  size TEXT NOT NULL, quality TEXT NOT NULL, class TEXT NOT NULL, message TEXT NOT NULL,
  status INTEGER NOT NULL, request_id TEXT NOT NULL, elapsed_ms INTEGER NOT NULL,
  images INTEGER NOT NULL, may_have_cost INTEGER NOT NULL, basis INTEGER NOT NULL,
  nanousd INTEGER NOT NULL);
CREATE TABLE image (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, attempt TEXT NOT NULL, at INTEGER NOT NULL,
  path TEXT NOT NULL, format INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, revised_prompt TEXT NOT NULL);
CREATE INDEX attempt_by_time ON attempt (at);
CREATE INDEX attempt_by_kind ON attempt (gateway, model, size, quality, at) WHERE images > 0;
CREATE INDEX attempt_without_image ON attempt (at) WHERE images = 0;
CREATE INDEX image_by_attempt ON image (attempt);
CREATE INDEX image_by_time ON image (at);
PRAGMA user_version = 1;
)";

// What is known of an attempt that has ended is not taken back by a line that comes late.
constexpr std::string_view k_put_attempt = R"(
INSERT INTO attempt (id, at, state, process, door, prompt, folded, parameters, gateway, provider,
  model, size, quality, class, message, status, request_id, elapsed_ms, images, may_have_cost, basis,
  nanousd)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state, size = excluded.size, class = excluded.class, message = excluded.message,
  status = excluded.status, request_id = excluded.request_id, elapsed_ms = excluded.elapsed_ms,
  images = excluded.images, may_have_cost = excluded.may_have_cost, basis = excluded.basis,
  nanousd = excluded.nanousd
WHERE excluded.state = 1)";

constexpr std::string_view k_put_image = R"(
INSERT INTO image (id, attempt, at, path, format, width, height, bytes, sha256, revised_prompt)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING)";

bool is_ascii(std::string_view text)
{
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return false;
    }
  }
  return true;
}

} // namespace

std::filesystem::path history_file(const std::filesystem::path& folder)
{
  return folder / "history.db";
}

std::filesystem::path history_lines_file(const std::filesystem::path& folder)
{
  return folder / "history.lines";
}

Result<History> History::open(const std::filesystem::path& folder,
                              std::chrono::milliseconds patience)
{
  const auto file = history_file(folder);
  const auto open_file = [&]() -> Result<History> {
    LIMN_TRY(make_private_folder(folder));
    LIMN_TRY_ASSIGN(auto database, Sqlite::open(file, patience));
    History history(std::move(database), file);
    LIMN_TRY(history.prepare_schema());
    if (auto taken = history.take_lines(); !taken && !taken.error().retry_after) {
      return fail(std::move(taken.error())); // else they stay where they are, and the rest is here
    }
    return history;
  };
  auto opened = open_file();
  if (!opened && opened.error().hint.empty() && !opened.error().retry_after) {
    opened.error().hint =
      fmt::format("if it is damaged, move it away ({}): limn begins a new one", file.string());
  }
  return opened;
}

Done History::prepare_schema()
{
  const auto version = [this]() -> Result<std::int64_t> {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare("PRAGMA user_version"));
    LIMN_TRY(statement.step());
    return statement.number(0);
  };
  // What was written outlives the process at once, and a power cut once it was brought into place:
  // no image waits for a disk on account of its history.
  LIMN_TRY(m_database.run("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; "
                          "PRAGMA secure_delete = ON"));
  LIMN_TRY(m_database.use_write_ahead_log());
  LIMN_TRY_ASSIGN(auto found, version());
  if (found == 0) {
    LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
    LIMN_TRY_ASSIGN(found, version()); // another process may have been faster
    const auto made = found == 0 ? m_database.run(k_tables) : Done();
    LIMN_TRY(m_database.run(made ? "COMMIT" : "ROLLBACK"));
    LIMN_TRY(made);
    static_cast<void>(bring()); // where another process is at it, it will be brought later
    found = k_schema;
  }
  if (found > k_schema) {
    return fail(FailureClass::internal,
                fmt::format("{} is of a newer limn (version {} of its tables; this one knows {})",
                            m_file.string(), found, k_schema),
                "use that one; what this one draws waits beside it, in a file of lines");
  }
  return {};
}

Done History::write(std::span<const HistoryNote> notes)
{
  if (notes.empty()) {
    return {};
  }
  if (!m_put_image) {
    LIMN_TRY_ASSIGN(m_put_attempt, m_database.prepare(k_put_attempt));
    LIMN_TRY_ASSIGN(m_put_image, m_database.prepare(k_put_image));
  }
  LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
  for (const auto& note : notes) {
    auto done = std::visit([this](const auto& one) { return put(one); }, note);
    if (!done) {
      static_cast<void>(m_database.run("ROLLBACK"));
      return done;
    }
  }
  auto done = m_database.run("COMMIT");
  if (!done) {
    static_cast<void>(m_database.run("ROLLBACK"));
  }
  return done;
}

Done History::take_lines()
{
  LIMN_TRY(take_history_lines(history_lines_file(m_file.parent_path()),
                              [this](std::span<const HistoryNote> notes) { return write(notes); }));
  std::error_code error;
  const auto waiting = std::filesystem::file_size(m_file.string() + "-wal", error);
  return !error && waiting >= k_much_to_bring ? bring() : Done();
}

Done History::put(const PastAttempt& attempt)
{
  auto& row = *m_put_attempt;
  row.bind(attempt.id)
    .bind(unix_milliseconds(attempt.time))
    .bind(static_cast<std::int64_t>(attempt.state))
    .bind(static_cast<std::int64_t>(attempt.process))
    .bind(attempt.door)
    .bind(attempt.prompt);
  if (is_ascii(attempt.prompt)) {
    row.bind_null(); // SQLite knows its capital letters
  } else {
    row.bind(lower_case(attempt.prompt));
  }
  row.bind(attempt.parameters)
    .bind(attempt.gateway)
    .bind(attempt.provider)
    .bind(attempt.model)
    .bind(attempt.size)
    .bind(attempt.quality)
    .bind(attempt.failure_class)
    .bind(attempt.message)
    .bind(static_cast<std::int64_t>(attempt.http_status))
    .bind(attempt.request_id)
    .bind(static_cast<std::int64_t>(attempt.elapsed.count()))
    .bind(static_cast<std::int64_t>(attempt.images))
    .bind(static_cast<std::int64_t>(attempt.may_have_cost ? 1 : 0))
    .bind(static_cast<std::int64_t>(attempt.cost.basis))
    .bind(attempt.cost.amount);
  return row.run();
}

Done History::put(const PastImage& past)
{
  const auto& image = past.image;
  auto& row = *m_put_image;
  row.bind(past.id)
    .bind(past.attempt)
    .bind(unix_milliseconds(past.time))
    .bind(image.path.native())
    .bind(static_cast<std::int64_t>(image.format))
    .bind(static_cast<std::int64_t>(image.size.width))
    .bind(static_cast<std::int64_t>(image.size.height))
    .bind(static_cast<std::int64_t>(image.bytes))
    .bind(image.sha256)
    .bind(image.revised_prompt);
  return row.run();
}

Result<std::size_t> History::forget(const PastEntry& entry)
{
  LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
  const auto run = [this](std::string_view sql, const std::string& id) -> Done {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
    return statement.bind(id).run();
  };
  Done done;
  if (entry.image) {
    done = run("DELETE FROM image WHERE id = ?", entry.image->id);
  }
  // With its last image goes what was paid for it.
  if (done) {
    done = run("DELETE FROM attempt WHERE id = ?1 "
               "AND NOT EXISTS (SELECT 1 FROM image WHERE attempt = ?1)",
               entry.attempt.id);
  }
  LIMN_TRY(m_database.run(done ? "COMMIT" : "ROLLBACK"));
  LIMN_TRY(done);
  return 1;
}

Result<std::size_t> History::forget_before(PastAttempt::Time time)
{
  const auto prepared = [&](std::string_view sql) -> Result<SqliteStatement> {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
    statement.bind(unix_milliseconds(time));
    return statement;
  };
  const auto forget = [&]() -> Result<std::size_t> {
    LIMN_TRY_ASSIGN(
      auto count, prepared("SELECT count(*) FROM attempt LEFT JOIN image "
                           "ON image.attempt = attempt.id WHERE coalesce(image.at, attempt.at) < ? "
                           "AND (state = 0 OR may_have_cost = 1 OR images > 0)"));
    LIMN_TRY(count.step());
    const auto entries = static_cast<std::size_t>(count.number(0));
    count.reset();
    LIMN_TRY_ASSIGN(auto images, prepared("DELETE FROM image WHERE at < ?"));
    LIMN_TRY(images.run());
    LIMN_TRY_ASSIGN(auto attempts,
                    prepared("DELETE FROM attempt WHERE at < ? "
                             "AND NOT EXISTS (SELECT 1 FROM image WHERE attempt = attempt.id)"));
    LIMN_TRY(attempts.run());
    return entries;
  };
  LIMN_TRY(m_database.run("BEGIN IMMEDIATE"));
  auto forgotten = forget();
  LIMN_TRY(m_database.run(forgotten ? "COMMIT" : "ROLLBACK"));
  return forgotten;
}

Result<std::size_t> History::forget_all()
{
  LIMN_TRY_ASSIGN(const auto forgotten, forget_before(PastAttempt::Time::max()));
  // Nothing of it stays in the file.
  LIMN_TRY(m_database.run("VACUUM"));
  LIMN_TRY(bring());
  return forgotten;
}

Done History::tidy(std::optional<PastAttempt::Time> keep_since)
{
  const auto run = [this](std::string_view sql, std::int64_t time) -> Done {
    LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
    return statement.bind(time).run();
  };
  const auto yesterday = std::chrono::system_clock::now() - std::chrono::hours(24);
  LIMN_TRY(run("DELETE FROM attempt WHERE number IN (SELECT number FROM attempt WHERE at < ? "
               "AND state = 1 AND may_have_cost = 0 AND images = 0 LIMIT 500)",
               unix_milliseconds(yesterday)));
  if (keep_since) {
    const auto time = unix_milliseconds(*keep_since);
    LIMN_TRY(run("DELETE FROM image WHERE number IN "
                 "(SELECT number FROM image WHERE at < ? ORDER BY at LIMIT 500)",
                 time));
    LIMN_TRY(run("DELETE FROM attempt WHERE number IN "
                 "(SELECT number FROM attempt WHERE at < ? AND NOT EXISTS "
                 "(SELECT 1 FROM image WHERE attempt = attempt.id) ORDER BY at LIMIT 500)",
                 time));
  }
  return bring();
}

Done History::bring()
{
  return m_database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

} // namespace limn
