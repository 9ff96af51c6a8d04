#include "memory/rate_slots.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace limn {

bool RateSlots::open(const std::filesystem::path& file)
{
  if (!m_file) {
    m_file = Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  }
  return static_cast<bool>(m_file);
}

int RateSlots::take(int most)
{
  for (int slot = 0; slot < most; ++slot) {
    // Our own descriptor would get the same byte twice.
    const bool is_mine = std::find(m_mine.begin(), m_mine.end(), slot) != m_mine.end();
    if (!is_mine && mine() < most && lock(slot, F_WRLCK)) {
      m_mine.push_back(slot);
      return slot;
    }
  }
  return -1;
}

void RateSlots::give_back(int slot)
{
  std::erase(m_mine, slot);
  lock(slot, F_UNLCK);
}

// A file system that knows no locks leaves the count within this process.
bool RateSlots::lock(int slot, short how) const
{
  if (!m_file) {
    return true;
  }
  struct flock range {
  };
  range.l_type = how;
  range.l_whence = SEEK_SET;
  range.l_start = slot;
  range.l_len = 1;
  return ::fcntl(m_file.number(), F_OFD_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES);
}

} // namespace limn
