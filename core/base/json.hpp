#pragma once

#include "base/result.hpp"

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Levels of one JSON document, where nothing else is said: what `Limits` begins with.
inline constexpr int k_max_json_depth = 64;

// Parses `text`; FailureClass::bad_image never: a fault is FailureClass::invalid_request with the
// offset. Skips white space and a byte-order mark in front. Refuses more than `max_depth` levels
// before it parses, without recursion.
Result<rapidjson::Document> parse_json(std::string_view text, int max_depth = k_max_json_depth);

// Whether `text` begins as JSON does and has more than `max_depth` levels. Costs no stack.
bool is_deeper_than(int max_depth, std::string_view text);

// `text` as one well-formed JSON document: itself, or, where a gateway cut a text within a
// surrogate pair, a repaired copy kept in `repaired`. Nothing if it is none. Builds no document;
// depth costs no stack.
std::optional<std::string_view> as_json(std::string_view text, std::string& repaired);

// The member of that name, or null if `value` is no object or has none.
const rapidjson::Value* member(const rapidjson::Value& value, std::string_view name);

// The string, or empty if `value` is null or no string. Borrowed.
std::string_view string_or_empty(const rapidjson::Value* value);

} // namespace limn
