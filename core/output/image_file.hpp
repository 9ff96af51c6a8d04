#pragma once

#include "base/result.hpp"
#include "output/file_digest.hpp"
#include "picture/image_header.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// What the name of an image on its way begins and ends with where it must have one: six random
// characters stand between. It is locked (flock) as long as somebody writes to it.
inline constexpr std::string_view k_part_prefix = ".limn-";
inline constexpr std::string_view k_part_suffix = ".part";

// The extension of what is no whole image.
inline constexpr std::string_view k_cut_extension = "part";

// Who brings a file and its name to the disk. Where that is required, a file that cannot be is
// refused its name.
enum class Sync {
  required,
  attempted,
  elsewhere // the caller, where waiting does no harm: ImageFile::sync before, the folder afterwards
};

// Whether an image's SHA-256 is made.
enum class ImageDigest { none, sha256 };

// An image on its way to disk: a file in the target folder that has no name yet (O_TMPFILE), or a
// hidden one (.part) where the file system has none without. It vanishes unless it is given a name.
class ImageFile : public ByteSource
{
public:
  // FailureClass::not_saved if the folder cannot take a file. `spill_folder`, if given, is where
  // the bytes go when the folder runs full on the way.
  static Result<ImageFile> create(const std::filesystem::path& folder,
                                  const std::filesystem::path& spill_folder = {},
                                  ImageDigest digest = ImageDigest::none);

  ImageFile(ImageFile&& other) noexcept;
  ImageFile& operator=(ImageFile&& other) noexcept;
  ~ImageFile() override;

  // Appends. Where the folder takes no more, all of it moves to the spill folder and goes on there:
  // see `spilled`. Where that fails too, later calls do nothing: see `write_failure`.
  void write(std::span<const std::byte> bytes);
  const std::optional<Failure>& spilled() const { return m_spilled; } // why
  const std::optional<Failure>& write_failure() const { return m_write_failure; }

  std::uint64_t size() const override { return m_size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;

  // What inspect_image says of all that was written.
  const Result<ImageHeader>& inspected() const;

  // Where the SHA-256 is wanted and enough was written since the last time: work for another thread
  // that takes it in. It needs this object no more, and may be left undone.
  std::function<void()> digest_ahead();

  // Brings the bytes to the disk, and takes all of them into the SHA-256; where that fails see
  // `write_failure`. From any thread.
  void sync();

  // Of all that was written, in hexadecimal; empty where none was wanted. Once, when all is there.
  std::string take_sha256();

  // Tells other processes that somebody is still at it, for as long as this lives, also once it has
  // a name.
  void lock() const noexcept;

  // The number of the file in its file system (st_ino), whatever its name.
  std::uint64_t inode() const;

  // FailureClass::not_saved if it is known that so many bytes have no room here.
  Done check_room(std::uint64_t bytes);

  // Brings them and the name there, as `sync` says, and gives the bytes the name, unless something
  // has it: false, and nothing has changed. Once it is true the file is no longer this object's to
  // remove.
  Result<bool> link_to(const std::filesystem::path& path, Sync sync = Sync::required);

private:
  ImageFile() = default;
  static Result<ImageFile> create_hidden(const std::filesystem::path& folder,
                                         const std::filesystem::path& spill_folder);
  void abandon() noexcept;
  bool spill(Failure reason);

  int m_fd = -1;
  std::filesystem::path m_folder;
  std::filesystem::path m_spill_folder;
  std::filesystem::path m_part; // empty: the file has no name
  std::uint64_t m_size = 0;
  std::shared_ptr<FileDigest> m_digest; // nothing: none is wanted
  std::uint64_t m_digested = 0;         // bytes, or given to be
  std::optional<Failure> m_spilled;
  std::optional<Failure> m_write_failure;
  mutable std::optional<Result<ImageHeader>> m_inspected; // as long as nothing more is written
};

// As ByteSource::read_at, from an open file.
std::size_t read_fully_at(int descriptor, std::uint64_t offset, std::span<std::byte> into);

// The bytes of an open file.
class OpenFile : public ByteSource
{
public:
  OpenFile(int descriptor, std::uint64_t size)
    : m_descriptor(descriptor), m_size(size) {} // borrowed

  std::uint64_t size() const override { return m_size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    return read_fully_at(m_descriptor, offset, into);
  }

private:
  int m_descriptor;
  std::uint64_t m_size;
};

// Appends all bytes of `from`.
void copy_bytes(const ByteSource& from, ImageFile& to);

// A new file in `folder` with all bytes of `from`, or FailureClass::not_saved.
Result<ImageFile> copied(const ByteSource& from, const std::filesystem::path& folder);

} // namespace limn
