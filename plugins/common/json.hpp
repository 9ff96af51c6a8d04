#pragma once

#include <limn/rapidjson.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace limn::plugins {

using sdk::Json;
using sdk::JsonDocument;
using sdk::JsonText;
using sdk::JsonWriter;
using sdk::parse_json;

// --- Interface: access to JSON of unknown shape; a null pointer stands for what is not there ---

// The member of that name, or null if `value` is no object or has none.
const Json* member(const Json* value, std::string_view name);

// The member at the end of the path.
const Json* member(const Json* value, std::initializer_list<std::string_view> path);

// Calls `action(const Json&)` for each member of that name: some gateways write one twice, the
// first time empty.
template <typename Action>
void for_each_member(const Json* value, std::string_view name, Action&& action);

// The string, or empty if it is null or no string. Borrowed.
std::string_view text_of(const Json* value);

// The first of the named members that is a string and not empty.
std::string_view first_text(const Json* value, std::initializer_list<std::string_view> names);

// A count: an integer that is not negative.
std::optional<std::int64_t> count_of(const Json* value);

// Calls `action(const Json&)` for each element of a list, or once for anything else that is not
// null.
template <typename Action>
void for_each(const Json* value, Action&& action);

// --- Implementation ---

inline const Json* member(const Json* value, std::string_view name)
{
  if (!value || !value->IsObject()) {
    return nullptr;
  }
  const auto wanted = rapidjson::StringRef(name.data(), name.size());
  const auto found = value->FindMember(Json(wanted));
  return found == value->MemberEnd() ? nullptr : &found->value;
}

inline const Json* member(const Json* value, std::initializer_list<std::string_view> path)
{
  for (const auto name : path) {
    value = member(value, name);
  }
  return value;
}

inline std::string_view text_of(const Json* value)
{
  if (!value || !value->IsString()) {
    return {};
  }
  return {value->GetString(), value->GetStringLength()};
}

inline std::string_view first_text(const Json* value, std::initializer_list<std::string_view> names)
{
  for (const auto name : names) {
    if (const auto text = text_of(member(value, name)); !text.empty()) {
      return text;
    }
  }
  return {};
}

inline std::optional<std::int64_t> count_of(const Json* value)
{
  if (!value || !value->IsInt64() || value->GetInt64() < 0) {
    return std::nullopt;
  }
  return value->GetInt64();
}

template <typename Action>
void for_each(const Json* value, Action&& action)
{
  if (!value || value->IsNull()) {
    return;
  }
  if (!value->IsArray()) {
    action(*value);
    return;
  }
  for (const auto& element : value->GetArray()) {
    action(element);
  }
}

template <typename Action>
void for_each_member(const Json* value, std::string_view name, Action&& action)
{
  if (!value || !value->IsObject()) {
    return;
  }
  for (const auto& entry : value->GetObject()) {
    if (text_of(&entry.name) == name) {
      action(entry.value);
    }
  }
}

} // namespace limn::plugins
