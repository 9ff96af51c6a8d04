#include "isolation/wire.hpp"

#include <algorithm>
#include <cstring>

namespace limn {

namespace {

// A size, or a count, that came without what it is the size of.
constexpr std::uint32_t k_nothing_there = 0xFFFFFFFF;

} // namespace

void MessageWriter::text(std::string_view text)
{
  number(static_cast<std::uint32_t>(text.size()));
  m_bytes.append(text);
}

void MessageWriter::text(limn_str text)
{
  if (text.size > 0 && !text.data) {
    return number(k_nothing_there);
  }
  this->text(std::string_view(text.data, std::min(text.size, k_longest_told)));
}

bool MessageWriter::count(const void* items, std::size_t& count, std::size_t most)
{
  if (count > 0 && !items) {
    number(k_nothing_there);
    return false;
  }
  count = std::min(count, most);
  number(static_cast<std::uint32_t>(count));
  return true;
}

void MessageWriter::pairs(const limn_kv* items, std::size_t count, std::size_t most)
{
  if (!this->count(items, count, most)) {
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    text(items[i].key);
    text(items[i].value);
  }
}

std::string MessageWriter::take()
{
  const auto length = static_cast<std::uint32_t>(m_bytes.size() - k_length_size);
  std::memcpy(m_bytes.data(), &length, sizeof length);
  return std::move(m_bytes);
}

limn_str MessageReader::text()
{
  const auto size = number<std::uint32_t>();
  if (size == k_nothing_there) {
    return {nullptr, 1};
  }
  if (size > m_rest.size()) {
    spoil();
    return {};
  }
  const limn_str text{m_rest.data(), size};
  m_rest.remove_prefix(size);
  return text;
}

std::string_view MessageReader::words()
{
  const auto given = text();
  if (given.size > 0 && !given.data) {
    spoil();
    return {};
  }
  return {given.data, given.size};
}

MessageReader::Count MessageReader::count(std::uint32_t most)
{
  const auto count = number<std::uint32_t>();
  if (count == k_nothing_there) {
    return {1, true};
  }
  if (count > most || count > m_rest.size()) {
    spoil();
    return {0, false};
  }
  return {count, false};
}

void MessageReader::spoil()
{
  m_rest = {};
  m_is_spoilt = true;
}

} // namespace limn
