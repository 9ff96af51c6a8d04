#include "output/image_file.hpp"

#include "base/descriptor.hpp"
#include "output/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr mode_t k_mode = 0666; // the umask decides, as for any file of the user's

// What has no disk behind it says EINVAL or EROFS.
bool brought_to_disk(int descriptor)
{
  return ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
}

Failure not_saved(const std::filesystem::path& path, std::string_view what, int error)
{
  return {FailureClass::not_saved,
          fmt::format("{} {}: {}", what, path.string(), std::strerror(error))};
}

// Less is not worth another thread's waking up.
constexpr std::uint64_t k_digested_at_once = 256 * 1024;

std::string descriptor_path(int fd)
{
  return fmt::format("/proc/self/fd/{}", fd);
}

// Without /proc an unnamed file could never be given a name.
bool can_be_named_later()
{
  static const bool has_proc = ::access("/proc/self/fd", F_OK) == 0;
  return has_proc;
}

} // namespace

Result<ImageFile> ImageFile::create(const std::filesystem::path& folder,
                                    const std::filesystem::path& spill_folder, ImageDigest digest)
{
  ImageFile file;
  file.m_folder = folder;
  file.m_spill_folder = spill_folder;
  if (digest == ImageDigest::sha256) {
    file.m_digest = std::make_shared<FileDigest>();
  }
  file.m_fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, k_mode);
  if (file.m_fd >= 0 && can_be_named_later()) {
    return file;
  }
  if (file.m_fd < 0 && errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
    return fail(not_saved(folder, "cannot write into", errno));
  }
  file.abandon();
  LIMN_TRY_ASSIGN(auto hidden, create_hidden(folder, spill_folder));
  hidden.m_digest = std::move(file.m_digest);
  return hidden;
}

Result<ImageFile> ImageFile::create_hidden(const std::filesystem::path& folder,
                                           const std::filesystem::path& spill_folder)
{
  ImageFile file;
  file.m_folder = folder;
  file.m_spill_folder = spill_folder;
  file.m_part = folder / fmt::format("{}XXXXXX{}", k_part_prefix, k_part_suffix);
  auto name = file.m_part.string();
  file.m_fd = ::mkostemps(name.data(), static_cast<int>(k_part_suffix.size()), O_CLOEXEC);
  file.m_part = name;
  if (file.m_fd < 0) {
    file.m_part.clear();
    return fail(not_saved(folder, "cannot write into", errno));
  }
  file.lock();
  const auto mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file.m_fd, k_mode & ~mask);
  return file;
}

ImageFile::ImageFile(ImageFile&& other) noexcept
{
  *this = std::move(other);
}

ImageFile& ImageFile::operator=(ImageFile&& other) noexcept
{
  if (this != &other) {
    abandon();
    m_fd = std::exchange(other.m_fd, -1);
    m_folder = std::move(other.m_folder);
    m_spill_folder = std::move(other.m_spill_folder);
    m_part = std::exchange(other.m_part, {});
    m_size = other.m_size;
    m_digest = std::exchange(other.m_digest, nullptr);
    m_digested = other.m_digested;
    m_spilled = std::move(other.m_spilled);
    m_write_failure = std::move(other.m_write_failure);
    m_inspected = std::move(other.m_inspected);
  }
  return *this;
}

ImageFile::~ImageFile()
{
  abandon();
}

void ImageFile::abandon() noexcept
{
  if (m_fd >= 0) {
    ::close(std::exchange(m_fd, -1));
  }
  if (!m_part.empty()) {
    ::unlink(m_part.c_str());
    m_part.clear();
  }
}

void ImageFile::write(std::span<const std::byte> bytes)
{
  m_inspected.reset();
  while (!bytes.empty() && !m_write_failure) {
    const auto count = ::write(m_fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      auto failure = not_saved(m_folder, "cannot write into", errno);
      if (!spill(failure)) {
        m_write_failure = std::move(failure);
        return;
      }
      continue;
    }
    const auto written = static_cast<std::size_t>(count);
    m_size += written;
    bytes = bytes.subspan(written);
  }
}

bool ImageFile::spill(Failure reason)
{
  std::error_code error;
  if (m_spill_folder.empty() || m_spill_folder == m_folder
      || (std::filesystem::create_directories(m_spill_folder, error), error)) {
    return false;
  }
  auto elsewhere = create(m_spill_folder, {}, m_digest ? ImageDigest::sha256 : ImageDigest::none);
  if (!elsewhere) {
    return false;
  }
  copy_bytes(*this, *elsewhere);
  if (elsewhere->m_write_failure || elsewhere->m_size != m_size) {
    return false;
  }
  elsewhere->m_spilled = std::move(reason);
  *this = std::move(*elsewhere);
  return true;
}

void copy_bytes(const ByteSource& from, ImageFile& to)
{
  std::vector<std::byte> block(256 * 1024);
  std::uint64_t offset = 0;
  while (const auto count = from.read_at(offset, block)) {
    to.write(std::span(block).first(count));
    offset += count;
  }
}

Result<ImageFile> copied(const ByteSource& from, const std::filesystem::path& folder)
{
  LIMN_TRY_ASSIGN(auto copy, ImageFile::create(folder));
  copy_bytes(from, copy);
  if (copy.write_failure()) {
    return fail(*copy.write_failure());
  }
  if (copy.size() != from.size()) {
    return fail(FailureClass::not_saved, "what arrived could not be read back");
  }
  return copy;
}

std::size_t read_fully_at(int descriptor, std::uint64_t offset, std::span<std::byte> into)
{
  std::size_t got = 0;
  while (got < into.size()) {
    const auto count =
      ::pread(descriptor, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;
    }
    got += static_cast<std::size_t>(count);
  }
  return got;
}

std::size_t ImageFile::read_at(std::uint64_t offset, std::span<std::byte> into) const
{
  return read_fully_at(m_fd, offset, into);
}

std::string ImageFile::take_sha256()
{
  const auto digest = std::exchange(m_digest, nullptr);
  if (!digest) {
    return {};
  }
  digest->reach(m_fd, m_size);
  return digest->hex();
}

// A lock ends with its process.
void ImageFile::lock() const noexcept
{
  ::flock(m_fd, LOCK_EX | LOCK_NB);
}

std::uint64_t ImageFile::inode() const
{
  struct ::stat status {
  };
  return ::fstat(m_fd, &status) == 0 ? status.st_ino : 0;
}

Done ImageFile::check_room(std::uint64_t bytes)
{
  struct statvfs disk {
  };
  if (::fstatvfs(m_fd, &disk) == 0 && disk.f_blocks > 0) { // some do not know
    const auto free = ::geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
    if (free * disk.f_frsize < bytes) {
      return fail(not_saved(m_folder, "no room for an image in", ENOSPC));
    }
  }
  // Limits and quotas speak up when something is to be written. The last byte is enough: to reserve
  // all of it takes longer, on some, than to write it.
  if (::fallocate(m_fd, 0, static_cast<off_t>(bytes) - 1, 1) != 0
      && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    return fail(not_saved(m_folder, "no room for an image in", errno));
  }
  return {};
}

const Result<ImageHeader>& ImageFile::inspected() const
{
  if (!m_inspected) {
    m_inspected = inspect_image(*this);
  }
  return *m_inspected;
}

std::function<void()> ImageFile::digest_ahead()
{
  if (!m_digest || m_size < m_digested + k_digested_at_once) {
    return {};
  }
  const auto file = std::make_shared<Descriptor>(::fcntl(m_fd, F_DUPFD_CLOEXEC, 0));
  if (!*file) {
    return {};
  }
  m_digested = m_size;
  return [digest = m_digest, file, end = m_size] { digest->reach(file->number(), end); };
}

void ImageFile::sync()
{
  if (m_digest) {
    m_digest->reach(m_fd, m_size);
  }
  if (!m_write_failure && !brought_to_disk(m_fd)) {
    m_write_failure = not_saved(m_folder, "cannot bring to the disk of", errno);
  }
}

Result<bool> ImageFile::link_to(const std::filesystem::path& path, Sync sync)
{
  if (sync != Sync::elsewhere && !brought_to_disk(m_fd) && sync == Sync::required) {
    return fail(not_saved(path, "cannot bring to the disk", errno));
  }
  // A link, and not a plain rename: it fails where the name is taken, so nothing is ever
  // overwritten.
  const bool named = m_part.empty() ? ::linkat(AT_FDCWD, descriptor_path(m_fd).c_str(), AT_FDCWD,
                                               path.c_str(), AT_SYMLINK_FOLLOW)
                                        == 0
                                    : rename_to_free(m_part, path);
  if (!named && errno == EEXIST) {
    return false;
  }
  // Some systems forbid links altogether (Android does); a name can still be changed there.
  if (!named && m_part.empty() && (errno == EPERM || errno == EACCES)) {
    const int reason = errno;
    if (auto hidden = create_hidden(path.parent_path(), {})) {
      copy_bytes(*this, *hidden);
      if (!hidden->m_write_failure && hidden->m_size == m_size) {
        return hidden->link_to(path, sync == Sync::elsewhere ? Sync::required : sync);
      }
    }
    errno = reason;
  }
  if (!named) {
    return fail(not_saved(path, "cannot create", errno));
  }
  m_part.clear();
  if (sync != Sync::elsewhere) {
    sync_folder(path.parent_path());
  }
  return true;
}

} // namespace limn
