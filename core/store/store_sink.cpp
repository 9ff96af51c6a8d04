#include "store/store_sink.hpp"

#include "output/kept.hpp"
#include "output/name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_digits_of_digest = 16;
constexpr std::size_t k_most_stem = 100; // a digest and an extension come behind it

} // namespace

StoreSink::StoreSink(StoreParts parts, StoreAddress prefix, std::string file_name,
                     SinkOptions options, Naming naming)
  : m_parts(std::move(parts)), m_prefix(std::move(prefix)), m_file_name(std::move(file_name)),
    m_options(std::move(options)), m_naming(std::move(naming)), m_recovered(m_options.recovered)
{
  m_options.digest = ImageDigest::sha256; // the name has it, and so has the signature
}

Done StoreSink::check_writable()
{
  LIMN_TRY(m_parts.stores->request("PUT", m_prefix));
  if (const auto* refusal = m_parts.stores->refusal(m_prefix.bucket)) {
    auto failure = *refusal;
    failure.message = "nothing was asked for: " + failure.message;
    return fail(std::move(failure));
  }
  LIMN_TRY(m_recovered.make());
  return check_takes_image(m_recovered.folder(),
                           "nothing was asked for yet; an image is written there before it is sent "
                           "to its store: set XDG_STATE_HOME to a folder with room");
}

Result<ImageFile> StoreSink::begin()
{
  LIMN_TRY(m_recovered.make());
  return ImageFile::create(m_recovered.folder(), {}, m_options.digest);
}

std::string StoreSink::stem(const NameFacts& facts, const SavedImage& image) const
{
  auto name =
    object_name(m_file_name.empty() ? file_name(m_options.name_template, facts) : m_file_name);
  name.resize(std::min(name.size(), k_most_stem));
  return fmt::format("{}-{}", name, image.sha256.substr(0, k_digits_of_digest));
}

Result<SavedImage> StoreSink::commit(ImageFile file, const NameFacts& facts)
{
  auto image = whole_image(file);
  if (image && image->sha256.empty()) {
    image = fail(FailureClass::not_saved, "what arrived could not be read back");
  }
  if (!image) {
    return fail(m_recovered.keep_for(std::move(image.error()), std::move(file)));
  }
  const auto name = stem(facts, *image);
  const std::string extension(extension_of(image->format));
  UploadNote note{{}, m_prefix.below(name + "." + extension).text(), image->sha256};
  if (m_naming) {
    auto named = *image;
    named.path = note.address;
    m_naming(named, file.inode());
  }
  file.lock();
  Done noted;
  const auto path = link_free_name(file, m_recovered.folder(), name, extension, Sync::elsewhere,
                                   [&](const std::filesystem::path& taken) {
                                     note.file = taken;
                                     std::error_code ignored;
                                     if (!std::filesystem::exists(taken, ignored)) {
                                       noted = m_parts.notes.write(note);
                                     }
                                   });
  if (!path) {
    return fail(m_recovered.keep_for(path.error(), std::move(file)));
  }
  if (!noted) { // it goes there all the same, unless this process ends before
    m_parts.log.write(LogLevel::warning, noted.error().message);
  }
  image->path = *path;
  m_waiting.insert_or_assign(*path, Waiting{std::move(file), std::move(note), nullptr});
  return image;
}

void StoreSink::deliver(const SavedImage& image,
                        const std::function<void(Result<SavedImage>)>& done)
{
  auto& waiting = m_waiting.at(image.path);
  waiting.upload = std::make_unique<Upload>(
    m_parts.client, m_parts.stores, m_parts.log, waiting.note, Tries::without_end,
    [this, image, told = done](Done ended) { delivered(image, std::move(ended), told); });
}

void StoreSink::delivered(SavedImage image, Done done,
                          const std::function<void(Result<SavedImage>)>& told)
{
  const auto tell = told; // what holds it ends here
  const auto waiting = std::move(m_waiting.extract(image.path).mapped());
  if (!done) {
    tell_kept(done.error(), {image.path.string()});
    tell(fail(std::move(done.error())));
    return;
  }
  ::unlink(image.path.c_str());
  m_parts.notes.remove(image.path);
  image.path = waiting.note.address;
  tell(std::move(image)); // may destroy this object
}

void StoreSink::stop_delivery(const std::filesystem::path& path)
{
  m_waiting.erase(path);
}

Result<std::filesystem::path> StoreSink::keep(ImageFile file, std::string_view extension)
{
  return m_recovered.keep(std::move(file), extension);
}

} // namespace limn
