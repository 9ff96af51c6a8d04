#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace limn {

class SqliteStatement;
class SqliteStatements;

// A database of SQLite, for the thread that opened it. Who waits for another process waits for the
// time given at most, in each statement. Every failure is FailureClass::internal and names the
// file; one with `retry_after` passes: another process has the database, or the disk is full.
class Sqlite
{
public:
  // The file is made if it is missing, readable by its owner alone.
  static Result<Sqlite> open(const std::filesystem::path& file, std::chrono::milliseconds patience);
  Sqlite(Sqlite&& other) noexcept;
  Sqlite& operator=(Sqlite&& other) noexcept;
  ~Sqlite();

  // Waits until the disk has what was written to the log.
  Done sync_log();

  // Statements without values, one or several.
  Done run(const char* sql);

  // What is written goes into a log beside the file from now on, so that nobody who reads waits. Of
  // several processes that begin a database each gets there: SQLite itself would not wait.
  Done use_write_ahead_log();

  // One of this text that was used before is used again: to read it takes longer than most of what
  // is asked.
  Result<SqliteStatement> prepare(std::string_view sql);

  // Calls `body` as a transaction that has its turn at writing from its begin on. What it returns
  // (a Result or a Done) is returned; a failure takes back what it did. One within another is part
  // of that one, and is taken back alone.
  template <typename Body>
  auto transaction(Body body) -> decltype(body());

  bool is_in_transaction() const { return m_depth > 0; }

  int changes() const; // rows, by the last statement

private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  Sqlite(std::unique_ptr<sqlite3, Close> database, std::chrono::milliseconds patience);

  // Likewise, a statement without values.
  Done run_again(std::string_view sql);

  std::unique_ptr<sqlite3, Close> m_database;
  std::unique_ptr<SqliteStatements> m_statements; // goes before the database
  std::chrono::milliseconds m_patience;
  int m_depth = 0; // of transactions within each other
};

// A statement with values; ends before its database does.
class SqliteStatement
{
public:
  // Values from the first to the last. What is bound is copied.
  SqliteStatement& bind(std::int64_t value);
  SqliteStatement& bind(std::string_view value);
  SqliteStatement& bind_null();

  // The next row, if there is one.
  Result<bool> step();

  // The first column of all rows that are left.
  Result<std::vector<std::string>> texts();

  // Of a row, from 0.
  std::int64_t number(int column) const;
  std::string text(int column) const; // empty for NULL
  bool is_null(int column) const;

  // Runs a statement that has no rows, and makes it ready for other values.
  Done run();
  void reset();

private:
  friend class Sqlite;
  struct GiveBack {
    void operator()(sqlite3_stmt* statement) const;

    SqliteStatements* to;
  };

  SqliteStatement(sqlite3_stmt* statement, SqliteStatements& from) : m_statement(statement, {&from})
  {
  }

  std::unique_ptr<sqlite3_stmt, GiveBack> m_statement;
  int m_bound = 0;
};

// --- Inline implementations ---

template <typename Body>
auto Sqlite::transaction(Body body) -> decltype(body())
{
  const bool is_inner = m_depth > 0;
  LIMN_TRY(run_again(is_inner ? "SAVEPOINT inner_one" : "BEGIN IMMEDIATE"));
  ++m_depth;
  auto result = body();
  --m_depth;
  const auto* take_back = is_inner ? "ROLLBACK TO inner_one; RELEASE inner_one" : "ROLLBACK";
  if (!result) {
    static_cast<void>(run(take_back));
    return result;
  }
  if (auto done = run_again(is_inner ? "RELEASE inner_one" : "COMMIT"); !done) {
    static_cast<void>(run(take_back));
    return fail(std::move(done.error()));
  }
  return result;
}

} // namespace limn
