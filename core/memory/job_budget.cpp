#include "memory/job_budget.hpp"

#include "memory/history_entry.hpp"

#include <fmt/format.h>

#include <chrono>

namespace limn {

namespace {

constexpr std::int64_t k_milliseconds_of_day = 24 * 60 * 60 * 1000;

// Of a row of `job`.
constexpr std::string_view k_counts_as =
  "CASE WHEN state IN ('done', 'refused', 'cancelled') AND cost_basis < 3 THEN cost ELSE max(cost, "
  "estimate) END";

// Up to k_family_end; ?1 is one of its doors.
constexpr std::string_view k_is_of_family =
  "substr(door, 1, instr(door || ':', ':') - 1) = substr(?1, 1, instr(?1 || ':', ':') - 1)";

std::int64_t day_of_today()
{
  return unix_milliseconds(std::chrono::system_clock::now()) / k_milliseconds_of_day;
}

std::string_view name_of(const CostLimit& limit)
{
  const bool is_of_day = limit.since == CostLimit::Since::midnight;
  return limit.of == CostLimit::Of::account
           ? (is_of_day ? "the budget of a day of this key" : "the budget of this key")
           : (is_of_day ? "limn's limit of a day" : "limn's limit in all");
}

// A condition with ?1, a door, and ?2, an account.
std::string whose(CostLimit::Of of)
{
  switch (of) {
  case CostLimit::Of::account:
    return "?1 IS NOT NULL AND account = ?2";
  case CostLimit::Of::http:
    return "?1 IS NOT NULL AND ?2 IS NOT NULL AND (account <> '' OR door = 'serve' OR door LIKE "
           "'serve:%')";
  case CostLimit::Of::door:
    break;
  }
  return fmt::format("?2 IS NOT NULL AND {}", k_is_of_family);
}

Result<NanoUsd> spent_of(Sqlite& database, std::string_view door, std::string_view account,
                         const CostLimit& limit)
{
  const auto day = limit.since == CostLimit::Since::midnight ? day_of_today() : 0;
  const auto condition = whose(limit.of);
  LIMN_TRY_ASSIGN(auto sum, database.prepare(fmt::format(
                              "SELECT coalesce((SELECT sum({}) FROM job WHERE {} AND asked >= ?3), "
                              "0) + coalesce((SELECT sum(amount) FROM spent WHERE {} AND day >= "
                              "?4), 0)",
                              k_counts_as, condition, condition)));
  sum.bind(door).bind(account).bind(day * k_milliseconds_of_day).bind(day);
  LIMN_TRY(sum.step());
  return sum.number(0);
}

} // namespace

Done check_limits(Sqlite& database, std::string_view door, std::string_view account,
                  std::span<const CostLimit> limits, Cost estimate)
{
  for (const auto& limit : limits) {
    LIMN_TRY_ASSIGN(const auto spent, spent_of(database, door, account, limit));
    if (estimate.is_known() && spent <= limit.most && estimate.amount <= limit.most - spent) {
      continue;
    }
    return fail(FailureClass::billing,
                fmt::format("{} is reached: ${} of ${} are spent or under way, and this costs {}",
                            name_of(limit), usd_decimal(spent), usd_decimal(limit.most),
                            cost_text(estimate)),
                limit.since == CostLimit::Since::midnight
                  ? "nobody was asked; the day ends at midnight UTC, and the user may allow more"
                  : "nobody was asked; the user may allow more");
  }
  return {};
}

Result<std::map<std::string, AccountSpending>> spending_of(Sqlite& database)
{
  std::map<std::string, AccountSpending> all;
  LIMN_TRY_ASSIGN(auto rows, database.prepare(fmt::format(
                               "SELECT account, sum(amount), sum(CASE WHEN day >= ?1 THEN amount "
                               "ELSE 0 END) FROM (SELECT account, asked / {} AS day, {} AS amount "
                               "FROM job UNION ALL SELECT account, day, amount FROM spent) GROUP "
                               "BY account",
                               k_milliseconds_of_day, k_counts_as)));
  rows.bind(day_of_today());
  while (true) {
    LIMN_TRY_ASSIGN(const bool is_there, rows.step());
    if (!is_there) {
      return all;
    }
    all[rows.text(0)] = {rows.number(2), rows.number(1)};
  }
}

std::string sql_to_keep_spending(std::string_view condition)
{
  return fmt::format("INSERT INTO spent (door, account, day, amount) SELECT door, account, asked / "
                     "{} AS its_day, sum({}) AS its_sum FROM job WHERE {} GROUP BY door, account, "
                     "its_day HAVING its_sum > 0 ON CONFLICT (door, account, day) DO UPDATE SET "
                     "amount = amount + excluded.amount",
                     k_milliseconds_of_day, k_counts_as, condition);
}

} // namespace limn
