#include "output/spool_sink.hpp"

#include <unistd.h>

#include <utility>

namespace limn {

SpooledImage::SpooledImage(SavedImage image, ImageFile file)
  : m_image(std::move(image)), m_file(std::move(file))
{
}

void SpooledImage::taken()
{
  ::unlink(m_image.path.c_str());
}

SpoolSink::SpoolSink(SinkOptions options)
  : m_options(std::move(options)), m_recovered(m_options.recovered)
{
}

Done SpoolSink::check_writable()
{
  LIMN_TRY(m_recovered.make());
  return check_takes_image(m_recovered.folder(),
                           "nothing was asked for yet; an image is written there before it is sent "
                           "on: set XDG_STATE_HOME to a folder with room");
}

Result<ImageFile> SpoolSink::begin()
{
  if (auto file = ImageFile::create(m_recovered.folder(), {}, m_options.digest)) {
    return file;
  }
  LIMN_TRY(m_recovered.make());
  return ImageFile::create(m_recovered.folder(), {}, m_options.digest);
}

Result<SavedImage> SpoolSink::commit(ImageFile file, const NameFacts& facts)
{
  auto image = whole_image(file);
  if (!image) {
    return fail(m_recovered.keep_for(std::move(image.error()), std::move(file)));
  }
  file.lock();
  auto path = link_free_name(file, m_recovered.folder(), file_name(m_options.name_template, facts),
                             extension_of(image->format), Sync::elsewhere);
  if (!path) {
    return fail(m_recovered.keep_for(std::move(path.error()), std::move(file)));
  }
  image->path = *path;
  m_images.insert_or_assign(std::move(*path), SpooledImage(*image, std::move(file)));
  return image;
}

Result<std::filesystem::path> SpoolSink::keep(ImageFile file, std::string_view extension)
{
  return m_recovered.keep(std::move(file), extension);
}

std::optional<SpooledImage> SpoolSink::take(const std::filesystem::path& path)
{
  auto taken = m_images.extract(path);
  return taken ? std::optional(std::move(taken.mapped())) : std::nullopt;
}

} // namespace limn
