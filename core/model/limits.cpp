#include "model/limits.hpp"

#include "base/json.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace limn {

static_assert(Limits().max_json_depth == k_max_json_depth);

namespace {

constexpr std::uint64_t k_largest = std::uint64_t{1} << 40;

constexpr std::array<std::pair<std::string_view, int>, 4> k_units{{
  {"GiB", 30},
  {"MiB", 20},
  {"KiB", 10},
  {"", 0},
}};

} // namespace

std::string how_to_raise(std::string_view limit)
{
  return "if this gateway needs that much, raise the limit: limn config set limits."
         + std::string(limit) + " VALUE (limn config list shows it)";
}

std::optional<std::uint64_t> parse_byte_size(std::string_view text)
{
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) {
    return std::nullopt;
  }
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  for (const auto& [name, bits] : k_units) {
    if (unit == name && number <= k_largest >> bits) {
      return number << bits;
    }
  }
  return std::nullopt;
}

std::string byte_size_text(std::uint64_t bytes)
{
  for (const auto& [name, bits] : k_units) {
    const auto number = bytes >> bits;
    if (number > 0 && number << bits == bytes) {
      return std::to_string(number) + std::string(name);
    }
  }
  return "0";
}

} // namespace limn
