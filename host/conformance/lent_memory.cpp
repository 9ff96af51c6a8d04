#include "conformance/lent_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace limn::conformance {

LentMemory::~LentMemory()
{
  if (!m_lending.is_taken_back) {
    return; // it stays until the test's process ends: a late read is not what this test is about
  }
  for (const auto& pages : m_pages) {
    // The addresses stay taken: another mapping in their place would hide a late read.
    ::madvise(pages.start, pages.size, MADV_DONTNEED);
    ::mprotect(pages.start, pages.size, PROT_NONE);
  }
}

limn_str LentMemory::text(limn_str original)
{
  if (m_lending.is_plain() || original.size == 0) {
    return original;
  }
  auto* copy = static_cast<char*>(take(original.size, m_lending.texts_end_at_a_wall));
  std::memcpy(copy, original.data, original.size);
  return {copy, original.size};
}

const limn_kv* LentMemory::pairs(const limn_kv* items, std::size_t count)
{
  if (is_plain()) {
    return items;
  }
  std::vector<limn_kv> copies;
  for (std::size_t i = 0; i < count; ++i) {
    copies.push_back({text(items[i].key), text(items[i].value)});
  }
  return array(copies);
}

const limn_str* LentMemory::texts(const limn_str* items, std::size_t count)
{
  if (is_plain()) {
    return items;
  }
  std::vector<limn_str> copies;
  for (std::size_t i = 0; i < count; ++i) {
    copies.push_back(text(items[i]));
  }
  return array(copies);
}

void* LentMemory::take(std::size_t size, bool is_at_a_wall)
{
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto room = (size + page - 1) / page * page + (is_at_a_wall ? 0 : page);
  void* start =
    ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    throw std::bad_alloc();
  }
  m_pages.push_back({start, room + page});
  auto* bytes = static_cast<unsigned char*>(start);
  ::mprotect(bytes + room, page, PROT_NONE);
  return is_at_a_wall ? bytes + room - size : bytes;
}

} // namespace limn::conformance
