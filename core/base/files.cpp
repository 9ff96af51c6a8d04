#include "base/files.hpp"

#include "base/descriptor.hpp"
#include "base/secret.hpp"
#include "base/shell_word.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace limn {

namespace {

tl::unexpected<Failure> failure(const std::filesystem::path& path, const std::string& what,
                                std::string hint = {})
{
  return fail(FailureClass::settings, path.string() + ": " + what, std::move(hint));
}

tl::unexpected<Failure> errno_failure(const std::filesystem::path& path, const std::string& what)
{
  return failure(path, what + ": " + std::generic_category().message(errno));
}

bool is_dev_null(const struct stat& status)
{
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

Done check_kind(const std::filesystem::path& path, const struct stat& status, Streams streams)
{
  const auto mode = status.st_mode;
  if (S_ISREG(mode)) {
    return {};
  }
  if (streams == Streams::allowed && (S_ISFIFO(mode) || is_dev_null(status))) {
    return {}; // `--config /dev/null` is a common way to say "none"
  }
  return failure(path, S_ISDIR(mode)    ? "a folder, not a file"
                       : S_ISFIFO(mode) ? "a pipe, not a file"
                                        : "a device, not a file");
}

Done check_trust(const std::filesystem::path& path, const struct stat& status)
{
  if (S_ISCHR(status.st_mode)) {
    return {};
  }
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    const auto fix = "chown " + std::to_string(geteuid()) + " " + shell_word(path.string()) + " && "
                     + chmod_command(path);
    return failure(path, "belongs to another user, who could have your keys sent anywhere: " + fix);
  }
  if ((status.st_mode & S_IWOTH) != 0) {
    return failure(path, "others can write to it and could have your keys sent anywhere: "
                           + chmod_command(path));
  }
  return {};
}

Done write_all(int descriptor, const std::filesystem::path& path, std::string_view text)
{
  while (!text.empty()) {
    const auto count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return errno_failure(path, "cannot be written");
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  if (::fsync(descriptor) != 0) {
    return errno_failure(path, "cannot be written");
  }
  return {};
}

} // namespace

SettingsText::~SettingsText()
{
  wipe(text);
}

Result<std::optional<SettingsText>> read_settings_file(const std::filesystem::path& path,
                                                       Streams streams)
{
  // A pipe that nobody writes to would hold us up without O_NONBLOCK.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.number() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    if (errno == ENXIO || errno == ENODEV) {
      return failure(path, "a socket or a device, not a file");
    }
    return errno_failure(path, "cannot be opened");
  }
  struct stat status {
  };
  if (::fstat(file.number(), &status) != 0) {
    return errno_failure(path, "cannot be read");
  }
  LIMN_TRY(check_kind(path, status, streams));
  LIMN_TRY(check_trust(path, status));
  if (S_ISFIFO(status.st_mode)) {
    ::fcntl(file.number(), F_SETFL, 0); // its writer may take its time
  }

  SettingsText result;
  result.readable_by_others = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
  // Room for what it says it holds, so that no copy stays behind where the text grew; one byte more
  // shows its end.
  const auto said = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  std::size_t size = 0;
  result.text.resize(std::min(said, k_largest_settings_file) + 1);
  while (size <= k_largest_settings_file) {
    if (size == result.text.size()) {
      result.text.resize(k_largest_settings_file + 1);
    }
    const auto count = ::read(file.number(), result.text.data() + size, result.text.size() - size);
    if (count < 0 && errno != EINTR) {
      return errno_failure(path, "cannot be read");
    }
    if (count == 0) {
      if (size == 0 && S_ISFIFO(status.st_mode)) {
        return failure(path, "a pipe that nobody writes to");
      }
      result.text.resize(size);
      return result;
    }
    size += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  return failure(path, "larger than " + std::to_string(k_largest_settings_file >> 20) + " MiB");
}

std::optional<std::string> read_own_file(const std::filesystem::path& path, std::uintmax_t most)
{
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    return std::nullopt;
  }
  if (size > most) {
    return std::string();
  }
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

Result<FileLock> FileLock::take(const std::filesystem::path& path)
{
  auto lock_path = path;
  lock_path += ".lock";
  Descriptor file(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return errno_failure(lock_path, "cannot be opened");
  }
  while (::flock(file.number(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return errno_failure(lock_path, "cannot be locked");
    }
  }
  return FileLock(std::move(file));
}

Result<Descriptor> nameless_file()
{
  std::error_code error;
  auto folder = std::filesystem::temp_directory_path(error);
  if (error) {
    folder = "/tmp";
  }
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) { // a file system that has none without a name
    auto pattern = (folder / "limn-XXXXXX").string();
    file = Descriptor(::mkostemp(pattern.data(), O_CLOEXEC));
    if (file) {
      ::unlink(pattern.c_str());
    }
  }
  if (!file) {
    return fail(FailureClass::not_saved, "no file can be made in " + folder.string() + ": "
                                           + std::generic_category().message(errno));
  }
  return file;
}

std::filesystem::path path_of(const Descriptor& opened)
{
  return "/proc/self/fd/" + std::to_string(opened.number());
}

std::filesystem::path behind_links(std::filesystem::path path)
{
  constexpr int k_most_links = 40; // as the kernel has it
  std::error_code error;
  for (int i = 0; i < k_most_links && std::filesystem::is_symlink(path, error); ++i) {
    const auto target = std::filesystem::read_symlink(path, error);
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

Done make_private_folder(const std::filesystem::path& folder)
{
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0) {
    return {};
  }
  if (errno == ENOENT && folder.has_relative_path()) {
    LIMN_TRY(make_private_folder(folder.parent_path()));
    if (::mkdir(folder.c_str(), 0700) == 0) {
      return {};
    }
  }
  // Another process may have been faster.
  std::error_code ignored;
  if (errno == EEXIST && std::filesystem::is_directory(folder, ignored)) {
    return {};
  }
  return errno_failure(folder, "cannot be made");
}

std::string chmod_command(const std::filesystem::path& path)
{
  return "chmod 600 " + shell_word(path.string());
}

FileStamp FileStamp::of(const std::filesystem::path& path)
{
  struct stat status {
  };
  if (::stat(path.c_str(), &status) != 0) {
    return {};
  }
  return {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

Done replace_file(const std::filesystem::path& path, std::string_view text)
{
  std::error_code error;
  auto target = std::filesystem::canonical(path, error);
  if (error) {
    target = path;
  }
  auto pattern = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
  const Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
  if (file.number() < 0) {
    return errno_failure(target, "cannot be written");
  }
  if (auto written = write_all(file.number(), target, text); !written) {
    ::unlink(pattern.c_str());
    return written;
  }
  if (::rename(pattern.c_str(), target.c_str()) != 0) {
    auto renamed = errno_failure(target, "cannot be written");
    ::unlink(pattern.c_str());
    return renamed;
  }
  // The new name, too, is to outlive a power cut; where folders cannot be synced, nothing is lost
  // but that.
  const Descriptor folder(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() >= 0) {
    static_cast<void>(::fsync(folder.number()));
  }
  return {};
}

} // namespace limn
