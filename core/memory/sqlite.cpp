#include "memory/sqlite.hpp"

#include "base/descriptor.hpp"
#include "memory/sqlite_version.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

namespace limn {

namespace {

// SQLite makes files for whoever the umask lets; its log and shared memory take after the database.
Done make_private_file(const std::filesystem::path& file)
{
  // One that is there is not opened: to close it would end SQLite's locks of this process on it.
  const Descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made && errno != EEXIST) {
    return fail(FailureClass::internal,
                fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
  }
  return {};
}

// SQLite opens them as they are, and would wait for who writes to a pipe.
Done refuse_pipes(const std::filesystem::path& file)
{
  for (const auto* ending : {"", "-journal", "-wal", "-shm"}) {
    const auto one = file.string() + ending;
    struct stat status {
    };
    if (::stat(one.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      return fail(FailureClass::internal, fmt::format("{} is no regular file", one));
    }
  }
  return {};
}

Failure failure_of(sqlite3* database)
{
  const int code = ::sqlite3_errcode(database) & 0xff;
  const char* file = database != nullptr ? ::sqlite3_db_filename(database, "main") : nullptr;
  Failure failure(FailureClass::internal, fmt::format("{}: {}", file != nullptr ? file : "SQLite",
                                                      ::sqlite3_errmsg(database)));
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL
      || code == SQLITE_PROTOCOL) {
    failure.retry_after.emplace(0);
  }
  return failure;
}

// Another process writes for some tens of microseconds, as a rule, or waits for the disk. SQLite's
// own pauses begin with a millisecond.
int wait_for_turn(void* patience, int count)
{
  constexpr int k_longest = 7; // 50 us to 6.4 ms
  const std::chrono::microseconds pause(50 << std::min(count, k_longest));
  const auto waited = std::chrono::microseconds(50 << k_longest) * std::max(0, count - k_longest);
  if (waited > std::chrono::milliseconds(reinterpret_cast<std::intptr_t>(patience))) {
    return 0;
  }
  std::this_thread::sleep_for(pause);
  return 1;
}

} // namespace

std::string sqlite_version()
{
  return ::sqlite3_libversion();
}

// Those that are not in use, for who asks for the same text again.
class SqliteStatements
{
public:
  SqliteStatements() = default;
  SqliteStatements(const SqliteStatements&) = delete;
  SqliteStatements& operator=(const SqliteStatements&) = delete;
  ~SqliteStatements()
  {
    for (const auto& [sql, statement] : m_idle) {
      ::sqlite3_finalize(statement);
    }
  }

  // Null if there is none.
  sqlite3_stmt* take(std::string_view sql)
  {
    const auto found = m_idle.find(sql);
    return found == m_idle.end() ? nullptr : m_idle.extract(found).mapped();
  }

  // Without its values, and without a hold on the database.
  void give(sqlite3_stmt* statement)
  {
    constexpr std::size_t k_most = 64; // searches are made up as they come
    ::sqlite3_reset(statement);
    ::sqlite3_clear_bindings(statement);
    if (m_idle.size() < k_most) {
      m_idle.emplace(::sqlite3_sql(statement), statement);
    } else {
      ::sqlite3_finalize(statement);
    }
  }

private:
  std::multimap<std::string, sqlite3_stmt*, std::less<>> m_idle;
};

void Sqlite::Close::operator()(sqlite3* database) const
{
  ::sqlite3_close_v2(database);
}

void SqliteStatement::GiveBack::operator()(sqlite3_stmt* statement) const
{
  to->give(statement);
}

Sqlite::Sqlite(std::unique_ptr<sqlite3, Close> database, std::chrono::milliseconds patience)
  : m_database(std::move(database)), m_statements(std::make_unique<SqliteStatements>()),
    m_patience(patience)
{
}

Sqlite::Sqlite(Sqlite&& other) noexcept = default;
Sqlite& Sqlite::operator=(Sqlite&& other) noexcept = default;
Sqlite::~Sqlite() = default;

Result<Sqlite> Sqlite::open(const std::filesystem::path& file, std::chrono::milliseconds patience)
{
  LIMN_TRY(make_private_file(file));
  LIMN_TRY(refuse_pipes(file));
  sqlite3* raw = nullptr;
  constexpr int flags =
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int status = ::sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Sqlite database(std::unique_ptr<sqlite3, Close>(raw), patience);
  if (status != SQLITE_OK) {
    return fail(failure_of(raw));
  }
  ::sqlite3_busy_handler(raw, wait_for_turn,
                         reinterpret_cast<void*>(static_cast<std::intptr_t>(patience.count())));
  // Whoever closes it last would wait for the disk.
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // What stands in the file is data: no schema of another hand calls a function of ours.
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

Done Sqlite::run(const char* sql)
{
  if (::sqlite3_exec(m_database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(failure_of(m_database.get()));
  }
  return {};
}

Done Sqlite::use_write_ahead_log()
{
  constexpr std::chrono::milliseconds k_pause{2};
  const auto end = std::chrono::steady_clock::now() + m_patience;
  while (true) {
    auto done = run("PRAGMA journal_mode = WAL");
    const bool passes = !done && done.error().retry_after;
    if (!passes || std::chrono::steady_clock::now() >= end) {
      return done;
    }
    std::this_thread::sleep_for(k_pause);
  }
}

// SQLite writes nothing where a statement changes nothing, and waits for no disk then.
Done Sqlite::sync_log()
{
  const auto file = std::string(::sqlite3_db_filename(m_database.get(), "main")) + "-wal";
  const Descriptor log(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); // no lock of SQLite is on it
  if (!log || ::fdatasync(log.number()) != 0) {
    return errno == ENOENT ? Done()
                           : fail(FailureClass::internal,
                                  fmt::format("cannot write {}: {}", file, std::strerror(errno)));
  }
  return {};
}

Done Sqlite::run_again(std::string_view sql)
{
  LIMN_TRY_ASSIGN(auto statement, prepare(sql));
  return statement.run();
}

Result<SqliteStatement> Sqlite::prepare(std::string_view sql)
{
  auto* raw = m_statements->take(sql);
  if (raw == nullptr
      && ::sqlite3_prepare_v3(m_database.get(), sql.data(), static_cast<int>(sql.size()),
                              SQLITE_PREPARE_PERSISTENT, &raw, nullptr)
           != SQLITE_OK) {
    return fail(failure_of(m_database.get()));
  }
  return SqliteStatement(raw, *m_statements);
}

int Sqlite::changes() const
{
  return ::sqlite3_changes(m_database.get());
}

SqliteStatement& SqliteStatement::bind(std::int64_t value)
{
  ::sqlite3_bind_int64(m_statement.get(), ++m_bound, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::string_view value)
{
  // A pointer of no bytes may be null, which would be NULL.
  ::sqlite3_bind_text(m_statement.get(), ++m_bound, value.empty() ? "" : value.data(),
                      static_cast<int>(value.size()), SQLITE_TRANSIENT);
  return *this;
}

SqliteStatement& SqliteStatement::bind_null()
{
  ::sqlite3_bind_null(m_statement.get(), ++m_bound);
  return *this;
}

Result<bool> SqliteStatement::step()
{
  const int status = ::sqlite3_step(m_statement.get());
  if (status == SQLITE_ROW) {
    return true;
  }
  if (status == SQLITE_DONE) {
    return false;
  }
  return fail(failure_of(::sqlite3_db_handle(m_statement.get())));
}

Result<std::vector<std::string>> SqliteStatement::texts()
{
  std::vector<std::string> all;
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, step());
    if (!is_there) {
      return all;
    }
    all.push_back(text(0));
  }
}

std::int64_t SqliteStatement::number(int column) const
{
  return ::sqlite3_column_int64(m_statement.get(), column);
}

std::string SqliteStatement::text(int column) const
{
  const auto* text =
    reinterpret_cast<const char*>(::sqlite3_column_text(m_statement.get(), column));
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(m_statement.get(), column));
  return text == nullptr ? std::string() : std::string(text, size);
}

bool SqliteStatement::is_null(int column) const
{
  return ::sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

Done SqliteStatement::run()
{
  const auto done = step();
  reset();
  if (!done) {
    return fail(done.error());
  }
  return {};
}

void SqliteStatement::reset()
{
  ::sqlite3_reset(m_statement.get());
  m_bound = 0;
}

} // namespace limn
