#include "registration/config_file.hpp"

#include "base/descriptor.hpp"
#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace limn {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_config = 64 << 20; // hosts keep their history in some of them
constexpr int k_most_backups = 100;                // of one second

tl::unexpected<Failure> config_failure(const fs::path& path, std::string_view what)
{
  return fail(FailureClass::settings, fmt::format("{} {}", path.string(), what));
}

tl::unexpected<Failure> config_failure(const fs::path& path, std::string_view what, int error)
{
  return config_failure(path, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

Done write_whole(const Descriptor& file, const fs::path& path, std::string_view text)
{
  while (!text.empty()) {
    const auto count = ::write(file.number(), text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return config_failure(path, "cannot be written", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return ::fsync(file.number()) == 0 ? Done() : config_failure(path, "cannot be written", errno);
}

// A new file that goes again unless it is kept.
class NewFile
{
public:
  NewFile(Descriptor file, fs::path path) : m_file(std::move(file)), m_path(std::move(path)) {}
  NewFile(NewFile&& other) noexcept
    : m_file(std::move(other.m_file)), m_path(std::exchange(other.m_path, {}))
  {
  }
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile()
  {
    if (!m_path.empty()) {
      ::unlink(m_path.c_str());
    }
  }

  // As the file that it stands for.
  Done be_like(const ConfigText& other)
  {
    const auto& status = other.status;
    struct stat mine {
    };
    if (::fstat(m_file.number(), &mine) != 0) {
      return config_failure(other.path, "cannot be written", errno);
    }
    const bool is_its = mine.st_uid == status.st_uid && mine.st_gid == status.st_gid;
    if ((!is_its && ::fchown(m_file.number(), status.st_uid, status.st_gid) != 0)
        || ::fchmod(m_file.number(), status.st_mode & 07777) != 0) {
      return config_failure(other.path, "cannot be written with its owner and mode", errno);
    }
    return {};
  }

  const Descriptor& file() const { return m_file; }
  const fs::path& path() const { return m_path; }
  void keep() { m_path.clear(); }

private:
  Descriptor m_file;
  fs::path m_path; // empty: it stays
};

Result<NewFile> new_file_beside(const fs::path& target)
{
  auto pattern = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
  Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!file) {
    return config_failure(target, "cannot be written", errno);
  }
  return NewFile(std::move(file), pattern);
}

Result<NewFile> new_backup(const fs::path& target)
{
  std::tm now{};
  const auto time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  ::localtime_r(&time, &now);
  const auto name = fmt::format("{}.bak-{:%Y%m%d-%H%M%S}", target.string(), now);
  for (int i = 1; i <= k_most_backups; ++i) {
    const fs::path path = i == 1 ? name : fmt::format("{}-{}", name, i);
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file) {
      return NewFile(std::move(file), path);
    }
    if (errno != EEXIST) {
      return config_failure(path, "cannot be written", errno);
    }
  }
  return config_failure(name, "is there already, and so are all names like it");
}

Result<NewFile> backup_of(const ConfigText& before)
{
  LIMN_TRY_ASSIGN(auto backup, new_backup(before.target));
  LIMN_TRY(backup.be_like(before));
  LIMN_TRY(write_whole(backup.file(), backup.path(), before.text));
  return backup;
}

Done make_folder_of(const fs::path& target, ReadableBy readers)
{
  const auto folder = target.parent_path();
  if (readers == ReadableBy::owner) {
    return make_private_folder(folder);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? config_failure(folder, "cannot be made", error.value()) : Done();
}

tl::unexpected<Failure> changed_meanwhile(const ConfigText& before)
{
  return config_failure(before.path, "was changed by somebody else meanwhile");
}

bool holds(const fs::path& path, std::string_view text)
{
  const auto now = read_config_text(path);
  return now && now->is_there && now->text == text;
}

// `file`, which holds `text`, takes the place of what was read. What the host itself wrote there in
// the last moment comes out by the same step, and is put back.
Done put_in_place(NewFile& file, const ConfigText& before, std::string_view text)
{
  const auto exchange = [&] {
    return ::renameat2(AT_FDCWD, file.path().c_str(), AT_FDCWD, before.target.c_str(),
                       RENAME_EXCHANGE)
           == 0;
  };
  if (exchange()) {
    if (holds(file.path(), before.text)) {
      return {};
    }
    if (exchange() && !holds(file.path(), text)) { // another one came in between
      exchange();
    }
    return changed_meanwhile(before);
  }
  if (errno == ENOENT) {
    return changed_meanwhile(before);
  }
  // Not every file system can exchange two files.
  if (::rename(file.path().c_str(), before.target.c_str()) != 0) {
    return config_failure(before.path, "cannot be written", errno);
  }
  file.keep();
  return {};
}

mode_t mode_by_umask()
{
  const auto mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

} // namespace

Result<ConfigText> read_config_text(const fs::path& path)
{
  ConfigText config;
  config.path = path;
  config.target = behind_links(path);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) {
    return errno == ENOENT || errno == ENOTDIR ? Result<ConfigText>(std::move(config))
                                               : config_failure(path, "cannot be opened", errno);
  }
  config.is_there = true;
  if (::fstat(file.number(), &config.status) != 0) {
    return config_failure(path, "cannot be read", errno);
  }
  if (!S_ISREG(config.status.st_mode)) {
    return config_failure(path, "is no file");
  }
  std::array<char, 65536> bytes{};
  for (;;) {
    const auto count = ::read(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return config_failure(path, "cannot be read", errno);
    }
    if (count == 0) {
      return config;
    }
    config.text.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (config.text.size() > k_largest_config) {
      return config_failure(path, fmt::format("is larger than {} MiB", k_largest_config >> 20));
    }
  }
}

Done check_within(const ConfigText& config, const fs::path& folder)
{
  std::error_code error;
  const auto within = fs::weakly_canonical(folder, error);
  const auto target = error ? fs::path() : fs::weakly_canonical(config.target, error);
  const auto way = target.lexically_relative(within);
  if (error || way.empty() || *way.begin() == "..") {
    return config_failure(config.path, "is behind a symbolic link that leads out of the folder");
  }
  return {};
}

Result<std::optional<fs::path>> replace_config_text(const ConfigText& before, std::string_view text,
                                                    ReadableBy readers)
{
  if (before.is_there && (before.status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) {
    return config_failure(before.path, "is there to be read only"); // also for root, who may write
  }
  LIMN_TRY(make_folder_of(before.target, readers));
  LIMN_TRY_ASSIGN(auto file, new_file_beside(before.target));
  if (before.is_there) {
    LIMN_TRY(file.be_like(before));
  } else if (readers == ReadableBy::umask) {
    ::fchmod(file.file().number(), mode_by_umask());
  }
  LIMN_TRY(write_whole(file.file(), before.path, text));
  LIMN_TRY_ASSIGN(const auto now, read_config_text(before.path));
  if (now.is_there != before.is_there || now.text != before.text) {
    return changed_meanwhile(before);
  }
  std::optional<fs::path> kept;
  if (before.is_there) {
    LIMN_TRY_ASSIGN(auto backup, backup_of(before));
    LIMN_TRY(put_in_place(file, before, text));
    kept = backup.path();
    backup.keep();
  } else if (::link(file.path().c_str(), before.target.c_str()) != 0) {
    return config_failure(before.path, "cannot be written", errno);
  }
  const Descriptor folder(
    ::open(before.target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) {
    static_cast<void>(::fsync(folder.number()));
  }
  return kept;
}

} // namespace limn
