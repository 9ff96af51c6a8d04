#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <new>
#include <optional>
#include <string_view>

namespace limn::plugins {

// RapidJSON does not look whether it got the memory that it asked for, and a plugin must not end
// the host.
class CheckedMemory
{
public:
  static const bool kNeedFree = true; // NOLINT(readability-identifier-naming): RapidJSON's name

  void* Malloc(size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
  void* Realloc(void* old, size_t, size_t size)
  {
    if (size == 0) {
      std::free(old);
      return nullptr;
    }
    return checked(std::realloc(old, size));
  }
  static void Free(void* memory) { std::free(memory); }

private:
  static void* checked(void* memory)
  {
    if (!memory) {
      throw std::bad_alloc();
    }
    return memory;
  }
};

using JsonDocument =
  rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<CheckedMemory>,
                             CheckedMemory>;
using Json = JsonDocument::ValueType;
using JsonText = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, CheckedMemory>;
using JsonWriter = rapidjson::Writer<JsonText, rapidjson::UTF8<>, rapidjson::UTF8<>, CheckedMemory>;

// --- Interface: access to JSON of unknown shape; a null pointer stands for what is not there ---

// A null value if `text` is no JSON. Nesting costs no stack.
JsonDocument parse_json(std::string_view text);

// The member of that name, or null if `value` is no object or has none.
const Json* member(const Json* value, std::string_view name);

// The member at the end of the path.
const Json* member(const Json* value, std::initializer_list<std::string_view> path);

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

inline JsonDocument parse_json(std::string_view text)
{
  JsonDocument document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    document.SetNull();
  }
  return document;
}

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

} // namespace limn::plugins
