#include "skill/unlinked_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace limn {

namespace {

namespace fs = std::filesystem;

constexpr mode_t k_new_file = 0666; // what the umask leaves of it: there is no secret in a skill
constexpr mode_t k_new_folder = 0777;
constexpr mode_t k_permissions = 07777;
constexpr int k_most_names = 100;
constexpr std::size_t k_largest_file = 1 << 20; // those of limn have some KiB

tl::unexpected<Failure> skill_failure(const fs::path& path, std::string_view what)
{
  return fail(FailureClass::settings, fmt::format("{} {}", path.string(), what));
}

tl::unexpected<Failure> skill_failure(const fs::path& path, std::string_view what, int error)
{
  return skill_failure(path, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

tl::unexpected<Failure> link_failure(const fs::path& path)
{
  return fail(
    FailureClass::settings,
    fmt::format("{} is a symbolic link, and nothing is written through one there", path.string()),
    "look where it leads, and remove it if it need not be one");
}

bool is_link(int folder, const fs::path& name)
{
  struct stat status {
  };
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
         && S_ISLNK(status.st_mode);
}

Done write_all(const Descriptor& file, const fs::path& path, std::string_view text)
{
  while (!text.empty()) {
    const auto count = ::write(file.number(), text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return skill_failure(path, "cannot be written", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return {};
}

Done write_new(const Descriptor& file, const fs::path& path, std::string_view text,
               std::optional<mode_t> mode)
{
  if (mode && ::fchmod(file.number(), *mode) != 0) {
    return skill_failure(path, "cannot be written with its mode", errno);
  }
  return write_all(file, path, text);
}

Descriptor create_in(const Descriptor& folder, const std::string& name)
{
  return Descriptor(::openat(folder.number(), name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, k_new_file));
}

} // namespace

Result<Descriptor> UnlinkedFiles::open_folder_of(const fs::path& path, Absent absent) const
{
  constexpr int k_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (absent == Absent::made) {
    std::error_code error;
    fs::create_directories(m_folder.root, error);
    if (error) {
      return skill_failure(m_folder.root, "cannot be made", error.value());
    }
  }
  Descriptor folder(::open(m_folder.root.c_str(), k_flags));
  auto so_far = m_folder.root;
  if (!folder) {
    return errno == ENOENT && absent == Absent::left
             ? Result<Descriptor>(Descriptor())
             : skill_failure(so_far, "cannot be opened", errno);
  }
  for (const auto& name : (m_folder.below / path).parent_path()) {
    so_far /= name;
    if (absent == Absent::made && ::mkdirat(folder.number(), name.c_str(), k_new_folder) != 0
        && errno != EEXIST) {
      return skill_failure(so_far, "cannot be made", errno);
    }
    Descriptor next(::openat(folder.number(), name.c_str(), k_flags | O_NOFOLLOW));
    if (!next) {
      const int error = errno;
      if (error == ENOENT && absent == Absent::left) {
        return Descriptor();
      }
      return is_link(folder.number(), name) ? link_failure(so_far)
                                            : skill_failure(so_far, "cannot be opened", error);
    }
    folder = std::move(next);
  }
  return folder;
}

Result<std::optional<SkillText>> UnlinkedFiles::read(const fs::path& path) const
{
  LIMN_TRY_ASSIGN(const auto folder, open_folder_of(path, Absent::left));
  if (!folder) {
    return std::nullopt;
  }
  const auto whole = m_folder.path() / path;
  const Descriptor file(::openat(folder.number(), path.filename().c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) {
    const int error = errno;
    if (error == ENOENT) {
      return std::nullopt;
    }
    return error == ELOOP ? link_failure(whole) : skill_failure(whole, "cannot be read", error);
  }
  struct stat status {
  };
  if (::fstat(file.number(), &status) != 0) {
    return skill_failure(whole, "cannot be read", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return skill_failure(whole, "is no file");
  }
  SkillText found{{}, status.st_mode & k_permissions};
  std::array<char, 16384> bytes{};
  for (;;) {
    const auto count = ::read(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return skill_failure(whole, "cannot be read", errno);
    }
    if (count == 0) {
      return found;
    }
    found.text.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (found.text.size() > k_largest_file) {
      return skill_failure(whole, "is too large for a file of limn's skill");
    }
  }
}

Done UnlinkedFiles::write(const fs::path& path, std::string_view text,
                          std::optional<mode_t> mode) const
{
  LIMN_TRY_ASSIGN(const auto folder, open_folder_of(path, Absent::made));
  const auto whole = m_folder.path() / path;
  for (int i = 1; i <= k_most_names; ++i) {
    const auto name = fmt::format(".{}.{}-{}", path.filename().string(), ::getpid(), i);
    const auto file = create_in(folder, name);
    if (!file && errno == EEXIST) {
      continue;
    }
    if (!file) {
      return skill_failure(whole, "cannot be written", errno);
    }
    auto written = write_new(file, whole, text, mode);
    if (written
        && ::renameat(folder.number(), name.c_str(), folder.number(), path.filename().c_str())
             != 0) {
      written = skill_failure(whole, "cannot be written", errno);
    }
    if (!written) {
      ::unlinkat(folder.number(), name.c_str(), 0);
    }
    return written;
  }
  return skill_failure(whole, "has too many beginnings of it beside it", EEXIST);
}

Result<fs::path> UnlinkedFiles::keep_beside(const fs::path& path, const SkillText& kept) const
{
  LIMN_TRY_ASSIGN(const auto folder, open_folder_of(path, Absent::made));
  for (int i = 1; i <= k_most_names; ++i) {
    const auto name = path.filename().string() + (i == 1 ? ".bak" : fmt::format(".bak-{}", i));
    const auto whole = (m_folder.path() / path).replace_filename(name);
    const auto file = create_in(folder, name);
    if (file) {
      LIMN_TRY(write_new(file, whole, kept.text, kept.mode));
      return whole;
    }
    if (errno != EEXIST) {
      return skill_failure(whole, "cannot be written", errno);
    }
  }
  return skill_failure(m_folder.path() / path, "has too many copies beside it", EEXIST);
}

} // namespace limn
