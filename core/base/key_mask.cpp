#include "base/key_mask.hpp"

#include "base/key_lookalikes.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// How many bytes at the end of `text` the key begins with.
std::size_t begun_at_end(std::string_view text, std::string_view key)
{
  auto size = std::min(text.size(), key.size() - 1);
  while (size > 0 && !text.ends_with(key.substr(0, size))) {
    --size;
  }
  return size;
}

} // namespace

std::string KeyMask::pass(std::string_view piece)
{
  const auto key = m_key.reveal();
  if (key.size() < k_shortest_redacted_key) {
    return std::string(piece);
  }
  auto text = std::exchange(m_waiting, {}).append(piece);
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + key.size())) {
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), key.size(), '*');
  }
  const auto goes = text.size() - begun_at_end(text, key);
  m_waiting = text.substr(goes);
  text.resize(goes);
  return text;
}

std::string KeyMask::rest()
{
  return std::exchange(m_waiting, {});
}

} // namespace limn
