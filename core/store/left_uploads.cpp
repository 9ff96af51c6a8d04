#include "store/left_uploads.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

namespace limn {

namespace {

// Nothing where somebody has it, or it is gone.
std::optional<Descriptor> locked_file(const std::filesystem::path& path)
{
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0
      || ::access(path.c_str(), F_OK) != 0) { // it was brought meanwhile
    return std::nullopt;
  }
  return file;
}

} // namespace

LeftUploads::LeftUploads(StoreParts parts, Tries tries, Told told, std::function<void()> over)
  : m_parts(std::move(parts)), m_tries(tries), m_told(std::move(told)), m_over(std::move(over))
{
}

void LeftUploads::begin()
{
  auto notes = m_parts.notes.read();
  begin({std::make_move_iterator(notes.begin()), std::make_move_iterator(notes.end())});
}

void LeftUploads::begin(std::deque<UploadNote> notes)
{
  m_left = std::move(notes);
  m_turn = m_parts.client.loop().after({}, [this] { next(); });
}

void LeftUploads::next()
{
  m_upload.reset();
  m_locked.reset();
  while (!m_left.empty()) {
    m_locked = locked_file(m_left.front().file);
    if (m_locked) {
      m_upload =
        std::make_unique<Upload>(m_parts.client, m_parts.stores, m_parts.log, m_left.front(),
                                 m_tries, [this](const Done& done) { ended(done); });
      return;
    }
    m_left.pop_front();
  }
  if (m_over) {
    m_over();
  }
}

void LeftUploads::ended(const Done& done)
{
  const auto note = std::move(m_left.front());
  m_left.pop_front();
  if (done) {
    ::unlink(note.file.c_str());
    m_parts.notes.move_to_brought(note.file);
  }
  m_told(note, done);
  m_turn = m_parts.client.loop().after({}, [this] { next(); });
}

} // namespace limn
