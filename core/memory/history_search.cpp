#include "base/word.hpp"
#include "memory/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// History, what is asked of it.
namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view k_columns =
  "attempt.id, attempt.at, state, process, door, prompt, parameters, gateway, provider, model, "
  "attempt.size, quality, class, message, status, request_id, elapsed_ms, images, may_have_cost, "
  "basis, nanousd, attempt.number, coalesce(image.number, 0), image.id, image.at, path, format, "
  "width, height, bytes, sha256, revised_prompt";
constexpr std::string_view k_entries = "attempt LEFT JOIN image ON image.attempt = attempt.id";
// What cost nothing after all waits there to be taken out.
constexpr std::string_view k_counts = "(state = 0 OR may_have_cost = 1 OR images > 0)";

constexpr std::size_t k_shortest_start_of_id = 3;
constexpr std::size_t k_recent = 50; // requests that say how long the next one takes

// Of a row of `k_columns`.
PastEntry entry_of(const SqliteStatement& row)
{
  PastEntry entry;
  auto& attempt = entry.attempt;
  int column = 0;
  attempt.id = row.text(column++);
  attempt.time = time_from_unix(row.number(column++));
  attempt.state = row.number(column++) == 0 ? PastAttempt::State::sent : PastAttempt::State::ended;
  attempt.process = static_cast<int>(row.number(column++));
  attempt.door = row.text(column++);
  attempt.prompt = row.text(column++);
  attempt.parameters = row.text(column++);
  attempt.gateway = row.text(column++);
  attempt.provider = row.text(column++);
  attempt.model = row.text(column++);
  attempt.size = row.text(column++);
  attempt.quality = row.text(column++);
  attempt.failure_class = row.text(column++);
  attempt.message = row.text(column++);
  attempt.http_status = static_cast<int>(row.number(column++));
  attempt.request_id = row.text(column++);
  attempt.elapsed = milliseconds(row.number(column++));
  attempt.images = static_cast<int>(row.number(column++));
  attempt.may_have_cost = row.number(column++) != 0;
  const auto basis = row.number(column++);
  attempt.cost = cost_from(basis, row.number(column++));
  entry.place.time = unix_milliseconds(attempt.time);
  entry.place.attempt = row.number(column++);
  entry.place.image = row.number(column++);
  if (row.is_null(column)) {
    return entry;
  }
  auto& past = entry.image.emplace();
  past.attempt = attempt.id;
  past.id = row.text(column++);
  past.time = time_from_unix(row.number(column++));
  past.image.path = row.text(column++);
  past.image.format = image_format_from(row.number(column++));
  past.image.size.width = static_cast<int>(row.number(column++));
  past.image.size.height = static_cast<int>(row.number(column++));
  past.image.bytes = static_cast<std::uint64_t>(row.number(column++));
  past.image.sha256 = row.text(column++);
  past.image.revised_prompt = row.text(column++);
  return entry;
}

// For LIKE ... ESCAPE '\'.
std::string anywhere(std::string_view word)
{
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern + '%';
}

std::string_view name_expression(SpendBy by)
{
  switch (by) {
  case SpendBy::all:
    break;
  case SpendBy::gateway:
    return "gateway";
  case SpendBy::model:
    return "model";
  case SpendBy::day:
    return "strftime('%Y-%m-%d', at / 1000, 'unixepoch', 'localtime')";
  case SpendBy::month:
    return "strftime('%Y-%m', at / 1000, 'unixepoch', 'localtime')";
  }
  return "''";
}

} // namespace

Result<std::vector<PastEntry>> History::rows(SqliteStatement& statement)
{
  std::vector<PastEntry> entries;
  for (;;) {
    LIMN_TRY_ASSIGN(const bool is_there, statement.step());
    if (!is_there) {
      return entries;
    }
    entries.push_back(entry_of(statement));
  }
}

Result<std::vector<PastEntry>> History::find(const HistoryQuery& query)
{
  auto sql =
    fmt::format("SELECT {} FROM {} WHERE {} AND door {} '{}'", k_columns, k_entries, k_counts,
                query.of == HistoryQuery::Of::passed ? "=" : "<>", k_passed_door);
  for (std::size_t i = 0; i < query.words.size(); ++i) {
    sql += " AND coalesce(folded, prompt) LIKE ? ESCAPE '\\'";
  }
  sql += query.since ? " AND attempt.at >= ?" : "";
  sql += query.gateway.empty() ? "" : " AND gateway = ?";
  // The first half is what the index finds.
  sql += query.behind ? " AND attempt.at <= ? AND (attempt.at, attempt.number, "
                        "coalesce(image.number, 0)) < (?, ?, ?)"
                      : "";
  sql += query.without_image ? " AND images = 0 AND image.id IS NULL" : "";
  sql += " ORDER BY attempt.at DESC, attempt.number DESC, image.number DESC LIMIT ?";
  LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
  for (const auto& word : query.words) {
    statement.bind(anywhere(lower_case(word)));
  }
  if (query.since) {
    statement.bind(unix_milliseconds(*query.since));
  }
  if (!query.gateway.empty()) {
    statement.bind(query.gateway);
  }
  if (query.behind) {
    const auto& [time, attempt, image] = *query.behind;
    statement.bind(time).bind(time).bind(attempt).bind(image);
  }
  statement.bind(static_cast<std::int64_t>(query.most));
  return rows(statement);
}

Result<PastEntry> History::entry(std::string_view id, std::string_view door)
{
  const bool is_last = id == "last";
  const auto sql = [&](std::string_view condition) {
    return fmt::format("SELECT {} FROM {} WHERE {}", k_columns, k_entries, condition);
  };
  const std::string_view newest = "image.number = (SELECT image.number FROM image JOIN attempt ON "
                                  "image.attempt = attempt.id WHERE ?1 IN ('', door) ORDER BY "
                                  "image.at DESC, image.number DESC LIMIT 1)";
  // An image hides its attempt, as in a list.
  const auto begins =
    fmt::format("image.id >= ?1 AND image.id < ?2 UNION ALL SELECT {} FROM {} WHERE "
                "attempt.id >= ?1 AND attempt.id < ?2 AND image.id IS NULL AND {} "
                "LIMIT 2",
                k_columns, k_entries, k_counts);
  if (!is_last && id.size() < k_shortest_start_of_id) {
    return fail(FailureClass::usage, fmt::format("'{}' is no id of the history", id),
                "`limn history` shows them; the first letters of one will do, three at least");
  }
  LIMN_TRY_ASSIGN(auto statement,
                  m_database.prepare(sql(is_last ? newest : std::string_view(begins))));
  if (is_last) {
    statement.bind(door);
  } else {
    statement.bind(id).bind(std::string(id) + "\x7f");
  }
  LIMN_TRY_ASSIGN(auto found, rows(statement));
  std::erase_if(
    found, [door](const PastEntry& entry) { return !door.empty() && entry.attempt.door != door; });
  if (found.empty()) {
    return fail(FailureClass::usage,
                is_last ? "the history has no image yet"
                        : fmt::format("the history has no '{}'", id),
                is_last ? "draw one first: limn generate \"a fox in the snow\""
                        : "`limn history` shows what there is");
  }
  if (found.size() > 1) {
    return fail(FailureClass::usage, fmt::format("'{}' begins more than one id", id),
                fmt::format("for example {} and {}", found[0].id(), found[1].id()));
  }
  return std::move(found.front());
}

Result<std::vector<Spending>> History::spending(SpendBy by, const HistoryQuery& filter)
{
  const auto sum_of = [](Cost::Basis basis) {
    return fmt::format("sum(CASE WHEN state = 1 AND basis = {} THEN min(max(nanousd, 0), "
                       "1000000000000000) ELSE 0 END)",
                       static_cast<int>(basis));
  };
  const auto sql = fmt::format(
    "SELECT {} AS name, sum(CASE WHEN state = 1 THEN images ELSE (SELECT count(*) FROM image WHERE "
    "image.attempt = attempt.id) END), count(*), {}, {}, {}, sum(state = 0 OR basis = {}) "
    "FROM attempt WHERE {}{}{} GROUP BY name ORDER BY name",
    name_expression(by), sum_of(Cost::Basis::usage), sum_of(Cost::Basis::estimate),
    sum_of(Cost::Basis::bound), static_cast<int>(Cost::Basis::unknown), k_counts,
    filter.since ? " AND at >= ?" : "", filter.gateway.empty() ? "" : " AND gateway = ?");
  LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
  if (filter.since) {
    statement.bind(unix_milliseconds(*filter.since));
  }
  if (!filter.gateway.empty()) {
    statement.bind(filter.gateway);
  }
  std::vector<Spending> all;
  for (;;) {
    LIMN_TRY_ASSIGN(const bool is_there, statement.step());
    if (!is_there) {
      return all;
    }
    all.push_back({statement.text(0), statement.number(1), statement.number(2), statement.number(3),
                   statement.number(4), statement.number(5), statement.number(6)});
  }
}

Result<UsualTime> History::usual_time(const PastAttempt& alike)
{
  LIMN_TRY_ASSIGN(auto statement,
                  m_database.prepare(fmt::format(
                    "SELECT elapsed_ms FROM attempt WHERE gateway = ? AND model = ? AND size = ? "
                    "AND quality = ? AND images > 0 ORDER BY at DESC LIMIT {}",
                    k_recent)));
  statement.bind(alike.gateway).bind(alike.model).bind(alike.size).bind(alike.quality);
  std::vector<std::int64_t> times;
  for (;;) {
    LIMN_TRY_ASSIGN(const bool is_there, statement.step());
    if (!is_there) {
      break;
    }
    times.push_back(statement.number(0));
  }
  if (times.empty()) {
    return UsualTime();
  }
  std::ranges::sort(times);
  const auto at = [&](std::size_t quarter) {
    return milliseconds(times[(times.size() - 1) * quarter / 4]);
  };
  return UsualTime{times.size(), at(2), at(1), at(3)};
}

} // namespace limn
