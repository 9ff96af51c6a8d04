#pragma once

#include "base/result.hpp"
#include "memory/history_entry.hpp"
#include "memory/sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limn {

// What is put into the history: an attempt as it stands now, in the place of what was known of it,
// or an image that came. Any order will do.
using HistoryNote = std::variant<PastAttempt, PastImage>;

// Which entries are wanted. All that is said has to hold.
struct HistoryQuery {
  enum class Of {
    pictures, // all that asked for some
    passed,   // k_passed_door
  };

  Of of = Of::pictures;
  std::vector<std::string> words; // each stands in the prompt, in capital letters or small ones
  std::optional<PastAttempt::Time> since;
  std::string gateway;             // empty: any
  bool without_image = false;      // only what may have cost money for nothing
  std::optional<PastPlace> behind; // only what is older than the entry that stands or stood there
  std::size_t most = 20;
};

// How long requests of one kind took that brought an image.
struct UsualTime {
  std::size_t count = 0; // of requests that are known: 0, and nothing is
  std::chrono::milliseconds median{0};
  std::chrono::milliseconds low{0};  // a quarter of them took no longer
  std::chrono::milliseconds high{0}; // three quarters
};

// What spending is told by.
enum class SpendBy { all, gateway, model, day, month }; // days and months of the local time

struct Spending {
  std::string name; // of the gateway or model, "2026-01-31" or "2026-01"; empty for all
  std::int64_t images = 0;
  std::int64_t requests = 0;
  // By how each is known, and only what is: of unknown ones how many there are.
  NanoUsd usage = 0;
  NanoUsd estimate = 0;
  NanoUsd bound = 0;
  std::int64_t unknown = 0;
};

// What was drawn, asked for and paid: history.db, a database that several processes use at once.
// For one thread. Failures are as Sqlite has them, with what to do.
class History
{
public:
  // In that folder, which is made if needed. `patience`: how long another process is waited for, at
  // every call. What lies in lines beside it is taken in, also where whoever was at it has been
  // killed.
  static Result<History> open(const std::filesystem::path& folder,
                              std::chrono::milliseconds patience);

  // All or nothing. Outlives the process when this returns, and a power cut some time later.
  Done write(std::span<const HistoryNote> notes);

  // Newest first.
  Result<std::vector<PastEntry>> find(const HistoryQuery& query);

  // Of that id, or of the only one that begins so; "last": the image that came last.
  // `door`: only of what came by it; empty: of all. FailureClass::usage if there is none.
  Result<PastEntry> entry(std::string_view id, std::string_view door = {});

  // Sorted by name. `filter`: `since` and `gateway` of it.
  Result<std::vector<Spending>> spending(SpendBy by, const HistoryQuery& filter);

  // Of the last requests that are alike.
  Result<UsualTime> usual_time(const PastAttempt& alike);

  // Takes entries out for ever, with what is known of their attempts; returns how many entries.
  Result<std::size_t> forget(const PastEntry& entry);
  Result<std::size_t> forget_before(PastAttempt::Time time);
  Result<std::size_t> forget_all();

  // What no answer needs to wait for: takes out what is older than that, a part at a time, and
  // brings what was written into its place.
  Done tidy(std::optional<PastAttempt::Time> keep_since);

private:
  History(Sqlite database, std::filesystem::path file)
    : m_database(std::move(database)), m_file(std::move(file))
  {
  }

  Done prepare_schema();
  Done bring();
  Done take_lines();
  Done put(const PastAttempt& attempt);
  Done put(const PastImage& image);
  Result<std::vector<PastEntry>> rows(SqliteStatement& statement);

  Sqlite m_database;
  std::filesystem::path m_file;
  std::optional<SqliteStatement> m_put_attempt;
  std::optional<SqliteStatement> m_put_image;
};

// --- The files of a history's folder ---

std::filesystem::path history_file(const std::filesystem::path& folder);
std::filesystem::path history_lines_file(const std::filesystem::path& folder);

} // namespace limn
