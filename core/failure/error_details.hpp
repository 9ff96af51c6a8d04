#pragma once

#include "base/json.hpp"
#include "failure/error_report.hpp"

namespace limn {

// What some makers put beside the usual members of an error.

// Google's `details`: the reason (ErrorInfo), when to come back (RetryInfo), which quota
// (QuotaFailure).
void read_details(const rapidjson::Value* details, ErrorReport& report);

// `x` of "unknown field x" in the form that validators list it in: Runware's `parameter`,
// Replicate's `invalid_fields`.
void read_refused_fields(const rapidjson::Value& error, ErrorReport& report);

// The member of the request that FastAPI's `loc` leads to; empty if to none.
std::string_view place_of(const rapidjson::Value* location);

} // namespace limn
