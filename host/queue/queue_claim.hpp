#pragma once

#include "queue/postgres/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace limn {

// A job as it was claimed from a queue.
struct QueueClaim {
  std::int64_t id = 0;
  int fence = 0;
  int line = 0;
  std::string item;        // its own id; may be empty
  std::string request;     // JSON
  std::string folder;      // that relative paths begin in
  std::string defaults;    // JSON
  std::string fingerprint; // empty of the cheap lane, which needs none
};

// Takes up to so many for that worker; each row of what it brings is a claim. The queue refuses a
// limn of another version (FailureClass::settings).
PgStatement claim_statement(const std::string& worker, int most);

// Of a row that begins with the members of a claim, in their order.
QueueClaim claim_of(const PgRows& rows, std::size_t row);

} // namespace limn
