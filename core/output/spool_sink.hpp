#pragma once

#include "output/image_sink.hpp"
#include "output/placing.hpp"
#include "output/recovered.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>

namespace limn {

// A whole image whose bytes somebody hands on. It lies in recovered/, and while this lives it is
// locked, so that `limn recover` leaves it alone. What goes without `taken` stays there.
class SpooledImage : public ByteSource
{
public:
  SpooledImage(SavedImage image, ImageFile file);

  const SavedImage& image() const { return m_image; } // its path is that in recovered/

  std::uint64_t size() const override { return m_file.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    return m_file.read_at(offset, into);
  }

  // Its last byte was handed on: it is removed from recovered/, and can still be read here.
  void taken();

private:
  SavedImage m_image;
  ImageFile m_file;
};

// Images for a caller who reads them: each from the moment at which it is whole, while others still
// arrive. Not before: which bytes of an answer are the image, and whether they are one, is known
// only at their end. They have a name from before the first byte is read until after the last: a
// kill, or a reader that goes away, costs nothing.
class SpoolSink : public ImageSink
{
public:
  explicit SpoolSink(SinkOptions options);

  Done check_writable() override;
  Result<ImageFile> begin() override;
  Result<SavedImage> commit(ImageFile file, const NameFacts& facts) override;
  std::filesystem::path folder_to_sync() const override { return m_recovered.folder(); }
  Result<std::filesystem::path> keep(ImageFile file, std::string_view extension) override;

  // The image that was committed with this path, once. Those that nobody takes stay in recovered/.
  std::optional<SpooledImage> take(const std::filesystem::path& path);

private:
  SinkOptions m_options;
  Recovered m_recovered;
  std::map<std::filesystem::path, SpooledImage> m_images; // that nobody took yet
};

} // namespace limn
