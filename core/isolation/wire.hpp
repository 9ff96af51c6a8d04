#pragma once

#include <limn/abi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

// Messages between limn and a plugin that it runs in a process of its own. Both ends are the same
// executable: numbers are as in memory, and there is no version.

namespace limn {

// What limn asks.
enum class Ask : std::uint8_t {
  start,
  create,
  destroy,
  describe,
  open,
  next,
  receive,
  cancel,
  close,
  terms
};

// What comes back: any number of the others, then `returned` or `threw`. To `start`: `guarded`,
// which is said before any code of the plugin runs and can be believed, then `listed`.
enum class Told : std::uint8_t {
  guarded,
  listed,
  error,
  send,
  wait,
  finish,
  image,
  partial,
  usage,
  note,
  log,
  capabilities,
  returned,
  threw,
  terms
};

inline constexpr std::size_t k_length_size = sizeof(std::uint32_t); // in front of every message
inline constexpr std::size_t k_longest_told = 320 * 1024 * 1024; // an image's text, and then some
inline constexpr std::size_t k_longest_asked = 0xF0000000;
inline constexpr std::uint32_t k_most_told_items = 1001; // one more than any list may have

class MessageWriter
{
public:
  template <typename Kind>
  explicit MessageWriter(Kind kind) : m_bytes(k_length_size, '\0')
  {
    number(kind);
  }

  template <typename T>
  void number(T value)
  {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view text);
  // What a plugin gave: keeps "a size, but no data", and cuts what is longer than any text may be.
  void text(limn_str text);
  void pairs(const limn_kv* items, std::size_t count, std::size_t most);
  // For the length of a list. False where there is no list to go with it.
  bool count(const void* items, std::size_t& count, std::size_t most);

  // With its length in front. The writer is spent.
  std::string take();

private:
  std::string m_bytes;
};

// Reads what may be cut or made up: from the first thing that does not fit, everything is zero and
// `is_whole` stays false. Texts are borrowed from the message.
class MessageReader
{
public:
  explicit MessageReader(std::string_view message) : m_rest(message) {}

  template <typename T>
  T number()
  {
    static_assert(std::is_arithmetic_v<T>);
    T value{};
    if (m_rest.size() < sizeof value) {
      spoil();
      return value;
    }
    m_rest.copy(reinterpret_cast<char*>(&value), sizeof value);
    m_rest.remove_prefix(sizeof value);
    return value;
  }
  limn_str text();
  std::string_view words(); // the same for what is always given

  struct Count {
    std::uint32_t count;
    bool is_without_items; // the plugin gave a count and no array
  };
  // At most `most`, and no more than the rest of the message can hold.
  Count count(std::uint32_t most);

  // Everything was read, and nothing is left.
  bool is_whole() const { return !m_is_spoilt && m_rest.empty(); }

private:
  void spoil();

  std::string_view m_rest;
  bool m_is_spoilt = false;
};

} // namespace limn
