#include "output/untold.hpp"

#include "base/contains.hpp"
#include "base/descriptor.hpp"
#include "output/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace limn {

namespace {

// A path ends with the one byte that it cannot have.
constexpr char k_end = '\0';

// Locked against other processes for as long as it is open.
class Notes
{
public:
  Notes(const std::filesystem::path& path, int flags)
    : m_file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600))
  {
    if (m_file) {
      ::flock(m_file.number(), LOCK_EX);
    }
  }

  bool is_open() const { return static_cast<bool>(m_file); }

  std::vector<std::filesystem::path> read() const
  {
    std::string text;
    std::array<char, 4096> block;
    while (true) {
      const auto count =
        ::pread(m_file.number(), block.data(), block.size(), static_cast<off_t>(text.size()));
      if (count <= 0) {
        break;
      }
      text.append(block.data(), static_cast<std::size_t>(count));
    }
    std::vector<std::filesystem::path> paths;
    for (std::size_t begin = 0, end = 0; (end = text.find(k_end, begin)) != std::string::npos;
         begin = end + 1) {
      paths.emplace_back(text.substr(begin, end - begin));
    }
    return paths;
  }

  bool append(const std::vector<std::filesystem::path>& paths) const
  {
    std::string text;
    for (const auto& path : paths) {
      text += path.string() + k_end;
    }
    return ::write(m_file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }

  bool clear() const { return ::ftruncate(m_file.number(), 0) == 0; }

private:
  Descriptor m_file;
};

Done not_noted(const std::filesystem::path& notes)
{
  return fail(FailureClass::not_saved,
              fmt::format("cannot write {}: {}", notes.string(), std::strerror(errno)));
}

} // namespace

Done note_untold(const std::filesystem::path& notes,
                 const std::vector<std::filesystem::path>& images)
{
  LIMN_TRY(make_folder(notes.parent_path()));
  const Notes file(notes, O_WRONLY | O_CREAT | O_APPEND);
  if (!file.is_open() || !file.append(images)) {
    return not_noted(notes);
  }
  return {};
}

std::vector<KeptFile> untold_files(const std::filesystem::path& notes)
{
  const Notes file(notes, O_RDONLY);
  return file.is_open() ? described(file.read()) : std::vector<KeptFile>();
}

Done forget_untold(const std::filesystem::path& notes,
                   const std::vector<std::filesystem::path>& images)
{
  const Notes file(notes, O_RDWR | O_APPEND);
  if (!file.is_open()) {
    return {};
  }
  auto left = file.read();
  left.erase(std::remove_if(left.begin(), left.end(),
                            [&](const auto& path) { return contains(images, path); }),
             left.end());
  if (!file.clear() || !file.append(left)) {
    return not_noted(notes);
  }
  return {};
}

} // namespace limn
