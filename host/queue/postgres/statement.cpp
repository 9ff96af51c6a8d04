#include "queue/postgres/statement.hpp"

#include <charconv>

namespace limn {

namespace {

std::int64_t pg_number(std::string_view text)
{
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace

std::string PgRows::text(std::size_t row, std::size_t column) const
{
  return rows.at(row).at(column).value_or("");
}

std::int64_t PgRows::number(std::size_t row, std::size_t column) const
{
  return pg_number(rows.at(row).at(column).value_or("0"));
}

std::vector<std::int64_t> numbers_of_pg_array(std::string_view text)
{
  std::vector<std::int64_t> numbers;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of("{,}");
    if (begin == std::string_view::npos) {
      break;
    }
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(",}"), text.size());
    numbers.push_back(pg_number(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return numbers;
}

} // namespace limn
