#pragma once

#include "failure/failure_words.hpp"

// The parts of built_in_failure_words(), each with its public sources; see there for the order.
namespace limn {

inline constexpr auto open = BuiltInFailureWord::Drawing::open;

// --- Codes and types: each is one of a kind, so that their order does not matter ---

std::span<const BuiltInFailureWord> code_words();
std::span<const BuiltInFailureWord> vendor_code_words();
std::span<const BuiltInFailureWord> type_words();

// --- Words of messages. Within each a phrase that would be misread stands before the one that it
// would be misread as ---

// What a gateway or proxy says of its upstream: that it made no connection to it, or lost one.
std::span<const BuiltInFailureWord> connection_words();
// An upstream's answer that could not be read, transformed, stored or passed on.
std::span<const BuiltInFailureWord> answer_words();
// Accounts, rate limits, keys.
std::span<const BuiltInFailureWord> account_words();
// Paths and models.
std::span<const BuiltInFailureWord> model_words();
// Parameters, sizes and what else lies in the request.
std::span<const BuiltInFailureWord> request_words();

} // namespace limn
