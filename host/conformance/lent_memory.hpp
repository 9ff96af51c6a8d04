#pragma once

#include <limn/abi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace limn::conformance {

// How the arguments of a call are laid out, to catch a plugin that reads more than it was given.
struct Lending {
  bool structs_end_at_a_wall = false; // the byte behind a struct cannot be read
  bool texts_end_at_a_wall = false;   // and the one behind a text
  bool is_taken_back = false;         // after the call nothing of it can be read
  bool structs_are_longer = false;    // struct_size says more than the plugin knows, noise behind

  bool is_plain() const
  {
    return !structs_end_at_a_wall && !texts_end_at_a_wall && !is_taken_back && !structs_are_longer;
  }
};

// The memory of one call's arguments: copies of the host's structs, laid out so that each byte
// behind what was lent is a trap. With a plain Lending it hands out the originals.
class LentMemory
{
public:
  explicit LentMemory(const Lending& lending) : m_lending(lending) {}
  LentMemory(const LentMemory&) = delete;
  LentMemory& operator=(const LentMemory&) = delete;
  ~LentMemory();

  template <typename Struct>
  Struct* structure(const Struct& original)
  {
    if (m_lending.is_plain()) {
      return const_cast<Struct*>(&original); // written to by `describe` only, whose own it is
    }
    return copied(original);
  }

  template <typename Struct>
  Struct* copied(const Struct& original)
  {
    constexpr std::size_t k_noise = 64;
    const auto more = m_lending.structs_are_longer ? k_noise : 0;
    auto* copy =
      static_cast<unsigned char*>(take(sizeof(Struct) + more, m_lending.structs_end_at_a_wall));
    std::memcpy(copy, &original, sizeof(Struct));
    std::memset(copy + sizeof(Struct), 0xA5, more);
    auto* lent = reinterpret_cast<Struct*>(copy);
    lent->struct_size = static_cast<std::uint32_t>(sizeof(Struct) + more);
    return lent;
  }

  limn_str text(limn_str original);
  const limn_kv* pairs(const limn_kv* items, std::size_t count);
  const limn_str* texts(const limn_str* items, std::size_t count);

  template <typename Item>
  const Item* array(const std::vector<Item>& items)
  {
    if (items.empty()) {
      return nullptr;
    }
    const auto bytes = std::as_bytes(std::span(items)); // the items may be pointers
    auto* copy = take(bytes.size(), m_lending.structs_end_at_a_wall);
    std::memcpy(copy, bytes.data(), bytes.size());
    return static_cast<const Item*>(copy);
  }

  bool is_plain() const { return m_lending.is_plain(); }

private:
  // `is_at_a_wall`: the last byte is the last that can be read; else zeros follow.
  void* take(std::size_t size, bool is_at_a_wall);

  struct Pages {
    void* start;
    std::size_t size;
  };
  Lending m_lending;
  std::vector<Pages> m_pages;
};

} // namespace limn::conformance
