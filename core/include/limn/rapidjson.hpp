// RapidJSON, fit for plugins: for those who use it; limn/sdk.hpp does not include this, and any
// other JSON library does as well. By itself RapidJSON uses what malloc gave it without a look, so
// that a lack of memory ends the whole host; with these types it is a std::bad_alloc, which the SDK
// reports.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

namespace limn::sdk {

// --- Interface ---

class CheckedMemory;

using JsonDocument =
  rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<CheckedMemory>,
                             CheckedMemory>;
using Json = JsonDocument::ValueType;
using JsonText = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, CheckedMemory>;
using JsonWriter = rapidjson::Writer<JsonText, rapidjson::UTF8<>, rapidjson::UTF8<>, CheckedMemory>;

// A null value if `text` is no JSON. Nesting costs no stack: a hostile answer may be nested a
// million levels deep.
JsonDocument parse_json(std::string_view text);

// --- Implementation ---

// An allocator as RapidJSON wants it.
class CheckedMemory
{
public:
  static const bool kNeedFree = true; // NOLINT(readability-identifier-naming): RapidJSON's name

  void* Malloc(std::size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
  void* Realloc(void* old, std::size_t, std::size_t size)
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

inline JsonDocument parse_json(std::string_view text)
{
  JsonDocument document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    document.SetNull();
  }
  return document;
}

} // namespace limn::sdk
