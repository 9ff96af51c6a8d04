#include "output/folder_sink.hpp"

#include <system_error>
#include <utility>

namespace limn {

FolderSink::FolderSink(std::filesystem::path folder, SinkOptions options, Naming naming)
  : m_folder(std::move(folder)), m_options(std::move(options)), m_recovered(m_options.recovered),
    m_naming(std::move(naming))
{
}

Done FolderSink::check_writable()
{
  LIMN_TRY(make_folder(m_folder));
  return check_takes_image(
    m_folder, "nothing was asked for yet; choose another folder with -d DIR or -o FILE");
}

Result<ImageFile> FolderSink::begin()
{
  if (auto file = ImageFile::create(m_folder, m_recovered.folder(), m_options.digest)) {
    return file;
  }
  LIMN_TRY(m_recovered.make());
  return ImageFile::create(m_recovered.folder(), {}, m_options.digest);
}

Result<SavedImage> FolderSink::commit(ImageFile file, const NameFacts& facts)
{
  auto image = whole_image(file);
  if (!image) {
    return fail(m_recovered.keep_for(std::move(image.error()), std::move(file)));
  }
  const auto announce = [&](const std::filesystem::path& path) {
    image->path = path;
    std::error_code ignored;
    if (m_naming && !std::filesystem::exists(path, ignored)) {
      m_naming(*image, file.inode());
    }
  };
  auto path = link_free_name(file, m_folder, stem(facts), extension_of(image->format),
                             Sync::elsewhere, announce);
  if (!path) {
    return fail(m_recovered.keep_for(std::move(path.error()), std::move(file)));
  }
  image->path = std::move(*path);
  return image;
}

Result<std::filesystem::path> FolderSink::keep(ImageFile file, std::string_view extension)
{
  return m_recovered.keep(std::move(file), extension);
}

std::string FolderSink::stem(const NameFacts& facts) const
{
  return file_name(m_options.name_template, facts);
}

} // namespace limn
