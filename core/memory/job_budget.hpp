#pragma once

#include "base/result.hpp"
#include "memory/sqlite.hpp"
#include "model/cost.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// What jobs may cost at most, together.
struct CostLimit {
  // The doors of a family (k_family_end); an account, by whatever door it comes; or all that was
  // asked for over HTTP: by the family "serve", and by all accounts.
  enum class Of { door, account, http };
  enum class Since { midnight, ever }; // UTC

  Of of = Of::door;
  Since since = Since::midnight;
  NanoUsd most = 0;
};

// What jobs cost, or may cost.
struct AccountSpending {
  NanoUsd today = 0; // since midnight UTC
  NanoUsd ever = 0;
};

// The tables of jobs.db that say so; within a transaction of it. What is over counts as what it
// cost, all else as what it may cost; what is taken out of the database goes on to count.

// FailureClass::billing if one of the limits does not allow a job of that estimate, or nobody knows
// what it costs.
Done check_limits(Sqlite& database, std::string_view door, std::string_view account,
                  std::span<const CostLimit> limits, Cost estimate);

// Of each account that ever asked for something.
Result<std::map<std::string, AccountSpending>> spending_of(Sqlite& database);

// SQL that keeps what the jobs of that condition cost, before they are taken out.
std::string sql_to_keep_spending(std::string_view condition);

} // namespace limn
