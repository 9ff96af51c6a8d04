#pragma once

#include "model/cost.hpp"

#include <optional>

namespace limn {

// What is drawn by the Batch API costs half, input and output alike: of gpt-image-2 2.50 instead of
// 5.00, 4.00 instead of 8.00 and 15.00 instead of 30.00 US dollars for a million tokens.
// https://openai.com/api/pricing/ and https://platform.openai.com/docs/guides/batch, 2026-11.
inline constexpr NanoUsd k_batch_divisor = 2;

// What is finer than a billionth of a dollar is rounded up.
constexpr NanoUsd batch_price(NanoUsd usual)
{
  return usual / k_batch_divisor + (usual % k_batch_divisor != 0 ? 1 : 0);
}

constexpr Cost batch_price(Cost usual)
{
  usual.amount = batch_price(usual.amount);
  return usual;
}

} // namespace limn
