#include "output/file_digest.hpp"

#include "output/image_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace limn {

void FileDigest::reach(int file, std::uint64_t end)
{
  const std::lock_guard lock(m_mutex);
  std::array<std::byte, 64 * 1024> block;
  while (m_position < end && !m_is_broken) {
    const auto wanted = std::min<std::uint64_t>(end - m_position, block.size());
    const auto piece = std::span(block).first(static_cast<std::size_t>(wanted));
    m_is_broken = read_fully_at(file, m_position, piece) != piece.size();
    m_digest.update(piece);
    m_position += piece.size();
  }
}

std::string FileDigest::hex()
{
  const std::lock_guard lock(m_mutex);
  return m_is_broken ? std::string() : m_digest.hex();
}

} // namespace limn
