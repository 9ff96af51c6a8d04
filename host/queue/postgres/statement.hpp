#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

using PgValue = std::optional<std::string>; // as text; nothing: null

// $1, $2, ... are the values.
struct PgStatement {
  std::string sql;
  std::vector<PgValue> values;
};

// What a statement brought.
struct PgRows {
  std::vector<std::vector<PgValue>> rows;
  std::int64_t changed = 0; // how many rows it was about

  // Of null nothing, and 0.
  std::string text(std::size_t row, std::size_t column) const;
  std::int64_t number(std::size_t row, std::size_t column) const;
};

// "{1,2,3}"
template <typename Number>
std::string pg_array(const std::vector<Number>& numbers)
{
  std::string text = "{";
  for (const auto number : numbers) {
    text += (text.size() > 1 ? "," : "") + std::to_string(number);
  }
  return text + "}";
}

std::vector<std::int64_t> numbers_of_pg_array(std::string_view text);

} // namespace limn
