#include "output/image_store.hpp"

#include "codec/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace limn {

namespace {

constexpr int k_most_names = 10'000;
constexpr std::size_t k_max_file_name_size = 240; // NAME_MAX is 255; "-9999.webp" must fit too

Done make_folder(const std::filesystem::path& folder)
{
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(FailureClass::not_saved,
                fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                "choose another with -d DIR or -o FILE");
  }
  return {};
}

// The first of STEM.EXT, STEM-2.EXT, STEM-3.EXT, ... that is free.
Result<std::filesystem::path> link_free_name(ImageFile& file, const std::filesystem::path& folder,
                                             const std::string& stem, std::string_view extension)
{
  for (int number = 1; number <= k_most_names; ++number) {
    const auto path = folder
                      / (number == 1 ? fmt::format("{}.{}", stem, extension)
                                     : fmt::format("{}-{}.{}", stem, number, extension));
    LIMN_TRY_ASSIGN(const bool linked, file.link_to(path));
    if (linked) {
      return path;
    }
  }
  return fail(FailureClass::not_saved,
              fmt::format("all names like {}-N.{} are taken", stem, extension));
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

// What the user called the file, without an extension that means an image: the bytes decide that.
std::string stem_of(const std::string& file_name)
{
  const std::filesystem::path path(file_name);
  constexpr std::array<std::string_view, 8> known{".png", ".jpg",  ".jpeg", ".webp",
                                                  ".gif", ".avif", ".heic", ".svg"};
  auto extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const auto one : known) {
    if (extension == one) {
      return path.stem().string();
    }
  }
  return file_name;
}

} // namespace

Done ImageStore::check_writable() const
{
  if (m_options.file_name.size() > k_max_file_name_size) {
    return fail(FailureClass::usage,
                fmt::format("the name of the file is longer than {} bytes", k_max_file_name_size));
  }
  LIMN_TRY(make_folder(m_options.folder));
  auto file = ImageFile::create(m_options.folder);
  if (!file) {
    file.error().hint = "nothing was asked for yet; choose another folder with -d DIR or -o FILE";
    return fail(std::move(file.error()));
  }
  return {};
}

Result<ImageFile> ImageStore::begin() const
{
  if (auto file = ImageFile::create(m_options.folder, m_options.recovered)) {
    return file;
  }
  LIMN_TRY(make_folder(m_options.recovered));
  return ImageFile::create(m_options.recovered);
}

Result<SavedImage> ImageStore::commit(ImageFile file, const NameFacts& facts) const
{
  const auto keep = [&](Failure failure) -> tl::unexpected<Failure> {
    const auto kept = recover(std::move(file));
    failure.message += kept ? fmt::format("; what arrived is in {}", kept->string())
                            : fmt::format("; it could not be kept: {}", kept.error().message);
    return fail(std::move(failure));
  };
  if (file.write_failure() || file.spilled()) {
    return keep(file.write_failure() ? *file.write_failure() : *file.spilled());
  }
  const auto header = inspect_image(file);
  if (!header) {
    return keep(header.error());
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
  const auto path = link_free_name(file, m_options.folder, stem, extension_of(image.format));
  if (!path) {
    return keep(path.error());
  }
  image.path = *path;
  return image;
}

Result<std::filesystem::path> ImageStore::recover(ImageFile file) const
{
  if (file.size() == 0) {
    return fail(FailureClass::not_saved, "nothing had arrived");
  }
  LIMN_TRY(make_folder(m_options.recovered));
  // For its owner alone. Where the folder is not ours to change, the image is kept in it all the
  // same.
  std::error_code ignored;
  std::filesystem::permissions(m_options.recovered, std::filesystem::perms::owner_all, ignored);
  const auto header = inspect_image(file);
  const std::string extension(header ? extension_of(header->format) : "part");
  const auto stem =
    fmt::format("{}", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  if (auto path = link_free_name(file, m_options.recovered, stem, extension)) {
    return path;
  }
  // Another file system, or a full one: a copy, which has room where the target had none.
  LIMN_TRY_ASSIGN(auto copy, ImageFile::create(m_options.recovered));
  copy_bytes(file, copy);
  if (copy.write_failure()) {
    return fail(*copy.write_failure());
  }
  if (copy.size() != file.size()) {
    return fail(FailureClass::not_saved, "what arrived could not be read back");
  }
  return link_free_name(copy, m_options.recovered, stem, extension);
}

} // namespace limn
