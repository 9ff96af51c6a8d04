#include "output/image_store.hpp"

#include "base/digest.hpp"
#include "output/folder.hpp"
#include "output/kept.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

namespace limn {

namespace {

constexpr std::size_t k_max_file_name_size = 240; // NAME_MAX is 255; "-999999.webp" must fit too
constexpr std::uint64_t k_room_for_an_image = 4 << 20;

// For its owner alone. Where the folder is not ours to change, the image is kept in it all the
// same.
Done make_recovered_folder(const std::filesystem::path& folder)
{
  LIMN_TRY(make_folder(folder));
  std::error_code ignored;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  return {};
}

Result<std::filesystem::path> link_free_name(ImageFile& file, const std::filesystem::path& folder,
                                             const std::string& stem, std::string_view extension,
                                             Sync sync)
{
  return first_free_name(folder, stem, extension, [&](const std::filesystem::path& path) {
    return file.link_to(path, sync);
  });
}

std::string sha256_of(const ByteSource& bytes)
{
  Sha256 digest;
  std::vector<std::byte> block(256 * 1024);
  std::uint64_t offset = 0;
  while (const auto count = bytes.read_at(offset, block)) {
    digest.update(std::span(block).first(count));
    offset += count;
  }
  return digest.hex();
}

// Waits until the stream takes bytes. FailureClass::cancelled if an interrupt comes first: a reader
// that is still there gets the rest.
Done wait_for_room(const ImageStream& stream)
{
  std::array<pollfd, 2> ends{{{stream.descriptor, POLLOUT, 0}, {stream.interrupt, POLLIN, 0}}};
  while (::poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR) {
  }
  if (ends[0].revents == 0 && ends[1].revents != 0) {
    return fail(FailureClass::cancelled,
                fmt::format("interrupted while writing to {}", stream.name.string()));
  }
  return {};
}

// All of it, into something that is no regular file.
Done send(const ImageFile& file, const ImageStream& stream)
{
  std::array<std::byte, PIPE_BUF> block; // so much never blocks where there is room at all
  std::uint64_t offset = 0;
  while (const auto count = file.read_at(offset, block)) {
    offset += count;
    for (auto rest = std::span<const std::byte>(block).first(count); !rest.empty();) {
      LIMN_TRY(wait_for_room(stream));
      const auto sent = ::write(stream.descriptor, rest.data(), rest.size());
      if (sent >= 0) {
        rest = rest.subspan(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return fail(
          FailureClass::not_saved,
          fmt::format("cannot write to {}: {}", stream.name.string(), std::strerror(errno)));
      }
    }
  }
  if (offset != file.size()) {
    return fail(FailureClass::not_saved, "what arrived could not be read back");
  }
  return {};
}

} // namespace

Done ImageStore::check_writable() const
{
  if (m_options.file_name.size() > k_max_file_name_size) {
    return fail(FailureClass::usage,
                fmt::format("the name of the file is longer than {} bytes", k_max_file_name_size));
  }
  LIMN_TRY(m_options.stream ? make_recovered_folder(folder()) : make_folder(folder()));
  auto file = ImageFile::create(folder());
  auto room = file ? file->check_room(k_room_for_an_image) : Done(fail(file.error()));
  if (!room) {
    room.error().hint = m_options.stream
                          ? "nothing was asked for yet; an image is written there before it is "
                            "sent on: set XDG_STATE_HOME to a folder with room"
                          : "nothing was asked for yet; choose another folder with -d DIR or -o "
                            "FILE";
  }
  return room;
}

void ImageStore::interrupt_with(int descriptor)
{
  if (m_options.stream) {
    m_options.stream->interrupt = descriptor;
  }
}

Result<ImageFile> ImageStore::begin() const
{
  if (auto file = ImageFile::create(folder(), m_options.recovered)) {
    return file;
  }
  LIMN_TRY(make_recovered_folder(m_options.recovered));
  return ImageFile::create(m_options.recovered);
}

Result<SavedImage> ImageStore::commit(ImageFile file, const NameFacts& facts) const
{
  const auto keep = [&](Failure failure) -> tl::unexpected<Failure> {
    const auto kept = recover(std::move(file));
    if (kept) {
      tell_kept(failure, {kept->string()});
    } else {
      failure.message += fmt::format("; it could not be kept: {}", kept.error().message);
    }
    return fail(std::move(failure));
  };
  if (file.write_failure() || file.spilled()) {
    return keep(file.write_failure() ? *file.write_failure() : *file.spilled());
  }
  const auto header = inspect_image(file);
  if (!header) {
    return keep(header.error());
  }
  if (m_options.stream && facts.number > 1) { // some gateways send more than they were asked for
    return keep({FailureClass::not_saved,
                 fmt::format("{} takes one image", m_options.stream->name.string())});
  }
  SavedImage image;
  image.format = header->format;
  image.size = header->size;
  image.bytes = file.size();
  if (m_options.digest == ImageDigest::sha256) {
    image.sha256 = sha256_of(file);
  }
  const auto stem = m_options.file_name.empty() ? file_name(m_options.name_template, facts)
                                                : stem_of(m_options.file_name);
  const auto path = first_free_name(
    folder(), stem, extension_of(image.format), [&](const std::filesystem::path& free) {
      image.path = free;
      std::error_code ignored;
      if (m_naming && !m_options.stream && !std::filesystem::exists(free, ignored)) {
        m_naming(image, file.inode());
      }
      return file.link_to(free);
    });
  if (!path) {
    return keep(path.error());
  }
  image.path = *path;
  if (m_options.stream) {
    // It has a name from before its first byte is sent until after its last: a kill or a reader
    // that goes away costs nothing.
    if (auto sent = send(file, *m_options.stream); !sent) {
      sent.error().hint = "The image is whole.";
      tell_kept(sent.error(), {path->string()});
      return fail(std::move(sent.error()));
    }
    ::unlink(path->c_str());
    image.path = m_options.stream->name;
  }
  return image;
}

Result<std::filesystem::path> ImageStore::recover(ImageFile file, std::string_view extension) const
{
  if (file.size() == 0) {
    return fail(FailureClass::not_saved, "nothing had arrived");
  }
  LIMN_TRY(make_recovered_folder(m_options.recovered));
  const auto header = inspect_image(file);
  if (header) {
    extension = extension_of(header->format);
  }
  const auto stem =
    fmt::format("{}", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  const auto link = [&](ImageFile& from, Sync sync) {
    return link_free_name(from, m_options.recovered, stem, extension, sync);
  };
  if (auto path = link(file, Sync::required)) {
    return path;
  }
  // Another file system, or a full one: a copy, which has room where the target had none. A disk
  // that does not say that it has the bytes may have them all the same: no better place is left.
  auto copy = copied(file, m_options.recovered);
  if (copy) {
    return link(*copy, Sync::attempted);
  }
  auto at_last = link(file, Sync::attempted);
  if (!at_last) {
    return fail(std::move(copy.error()));
  }
  return at_last;
}

} // namespace limn
