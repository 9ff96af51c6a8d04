#include "work/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace limn {

FileWatch::FileWatch(Loop& loop, std::uint32_t events, Told told)
  : m_loop(loop), m_events(events), m_told(std::move(told))
{
}

std::optional<int> FileWatch::add(const std::filesystem::path& file)
{
  if (!m_file) {
    m_file = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!m_file) {
      return std::nullopt;
    }
    m_watch = m_loop.watch(m_file.number(), Events::readable, [this](Events) { read(); });
  }
  const int number = ::inotify_add_watch(m_file.number(), file.c_str(), m_events);
  if (number < 0) {
    return std::nullopt;
  }
  m_watched.insert(number);
  return number;
}

void FileWatch::read()
{
  alignas(inotify_event) std::array<char, 8192> buffer;
  std::vector<int> files;
  bool is_all = false;
  while (true) {
    const auto size = ::read(m_file.number(), buffer.data(), buffer.size());
    if (size <= 0) {
      break;
    }
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      files.push_back(event.wd);
      is_all = is_all || (event.mask & IN_Q_OVERFLOW) != 0;
      if ((event.mask & IN_IGNORED) != 0) {
        m_watched.erase(event.wd);
      }
      at += sizeof event + event.len;
    }
  }
  if (is_all) { // the kernel had no room for what happened to others
    files.assign(m_watched.begin(), m_watched.end());
  }
  m_told(files);
}

} // namespace limn
