#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Billionths of a US dollar: one token at the usual prices is a few thousand of them, so that sums
// are exact.
using NanoUsd = std::int64_t;

inline constexpr NanoUsd k_usd = 1'000'000'000;

// How much money, and how it is known.
struct Cost {
  // From the surest; of a sum, the least sure of its parts.
  enum class Basis {
    usage,    // from what the gateway says it counted; also nothing at all, where nothing was drawn
    estimate, // from size and quality
    bound,    // at most: something that decides is up to the gateway, and its dearest was taken
    unknown,  // `amount` is that part of it that is known
  };

  Basis basis = Basis::usage;
  NanoUsd amount = 0; // never negative

  bool is_known() const { return basis != Basis::unknown; }

  // Stays at the largest amount instead of passing it.
  Cost& operator+=(Cost more);
  bool operator==(const Cost&) const = default;
};

Cost operator+(Cost one, Cost other);

// "usage", "estimate", "bound", "unknown"
std::string_view to_string(Cost::Basis basis);

// --- Texts ---

// "0.04", "12", "4e-05": not negative and at most a million dollars. What is finer than a billionth
// of a dollar is rounded up. Nothing for all else.
std::optional<NanoUsd> parse_usd(std::string_view text);

// Exactly, without zeros at the end: "0.0527", "12".
std::string usd_decimal(NanoUsd amount);

// To the millionth of a dollar, for JSON: "0.0527", "12".
std::string usd_json(NanoUsd amount);

// For people: three significant digits and at least whole cents: "$0.0527", "$12.40", "$0.00".
std::string usd_text(NanoUsd amount);

// For people, always with how it is known: "$0.0527", "about $0.0527 (estimate)", "at most $0.211
// (estimate)", "unknown cost", "at least $0.0527 (the rest is unknown)".
std::string cost_text(Cost cost);

} // namespace limn
