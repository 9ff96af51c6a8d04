#include "model/cost.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace limn {

namespace {

constexpr int k_decimals = 9; // of a dollar in NanoUsd
constexpr NanoUsd k_most_parsed = 1'000'000 * k_usd;

NanoUsd power_of_ten(int exponent)
{
  NanoUsd power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

// Half of a step goes up.
NanoUsd rounded(NanoUsd amount, NanoUsd step)
{
  const auto rest = amount % step;
  const auto down = amount - rest;
  const bool goes_up = rest >= step - rest && down <= std::numeric_limits<NanoUsd>::max() - step;
  return goes_up ? down + step : down;
}

// Without zeros at the end, as long as more decimals than `fewest` are left.
std::string decimal(NanoUsd amount, std::size_t fewest)
{
  auto digits = std::to_string(amount % k_usd);
  digits.insert(0, k_decimals - digits.size(), '0');
  while (digits.size() > fewest && digits.back() == '0') {
    digits.pop_back();
  }
  return std::to_string(amount / k_usd) + (digits.empty() ? "" : "." + digits);
}

// The exponent of a number, from its 'e' on; 0 for no text. Nothing for other text.
std::optional<int> parse_exponent(std::string_view text)
{
  if (text.empty()) {
    return 0;
  }
  if (text.front() != 'e' && text.front() != 'E') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      return std::nullopt;
    }
  }
  int exponent = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, exponent);
  if (error != std::errc() || stop != end || exponent < -100 || exponent > 100) {
    return std::nullopt;
  }
  return exponent;
}

} // namespace

Cost& Cost::operator+=(Cost more)
{
  basis = std::max(basis, more.basis);
  if (__builtin_add_overflow(amount, more.amount, &amount)) {
    amount = std::numeric_limits<NanoUsd>::max();
  }
  return *this;
}

Cost operator+(Cost one, Cost other)
{
  one += other;
  return one;
}

std::string_view to_string(Cost::Basis basis)
{
  switch (basis) {
  case Cost::Basis::usage:
    return "usage";
  case Cost::Basis::estimate:
    return "estimate";
  case Cost::Basis::bound:
    return "bound";
  case Cost::Basis::unknown:
    return "unknown";
  }
  return "unknown";
}

std::optional<NanoUsd> parse_usd(std::string_view text)
{
  constexpr NanoUsd most_mantissa = std::numeric_limits<NanoUsd>::max() / 10 - 1;
  NanoUsd mantissa = 0;
  int decimals = 0;
  bool has_digits = false;
  bool has_point = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '.' && !has_point) {
      has_point = true;
    } else if (c >= '0' && c <= '9' && mantissa <= most_mantissa) {
      mantissa = mantissa * 10 + (c - '0');
      decimals += has_point ? 1 : 0;
      has_digits = true;
    } else {
      break;
    }
  }
  const auto exponent = parse_exponent(text.substr(end));
  if (!has_digits || !exponent) {
    return std::nullopt;
  }
  auto shift = k_decimals - decimals + *exponent; // of the point, to the right
  for (; shift < 0 && mantissa > 1; ++shift) {
    mantissa = mantissa / 10 + (mantissa % 10 > 0 ? 1 : 0);
  }
  if (mantissa <= 1 && shift < 0) {
    return mantissa;
  }
  if (mantissa > 0 && (shift > 15 || mantissa > k_most_parsed / power_of_ten(shift))) {
    return std::nullopt;
  }
  return mantissa == 0 ? 0 : mantissa * power_of_ten(shift);
}

std::string usd_decimal(NanoUsd amount)
{
  return decimal(amount, 0);
}

std::string usd_json(NanoUsd amount)
{
  return decimal(rounded(amount, k_usd / 1'000'000), 0);
}

std::string usd_text(NanoUsd amount)
{
  constexpr NanoUsd cent = k_usd / 100;
  NanoUsd step = 1; // of the third digit
  while (step < cent && amount / step >= 1000) {
    step *= 10;
  }
  return "$" + decimal(rounded(amount, step), 2);
}

std::string cost_text(Cost cost)
{
  auto amount = usd_text(cost.amount);
  switch (cost.basis) {
  case Cost::Basis::usage:
    return amount;
  case Cost::Basis::estimate:
    return "about " + amount + " (estimate)";
  case Cost::Basis::bound:
    return "at most " + amount + " (estimate)";
  case Cost::Basis::unknown:
    break;
  }
  return cost.amount == 0 ? "unknown cost" : "at least " + amount + " (the rest is unknown)";
}

} // namespace limn
