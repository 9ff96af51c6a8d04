#pragma once

#include "output/image_sink.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::test {

inline std::string bytes_of(const ByteSource& source)
{
  std::string bytes(source.size(), '\0');
  bytes.resize(source.read_at(0, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

// Takes in images as any sink does, and leaves no file: what it is given lies in memory.
class MemorySink : public ImageSink
{
public:
  std::vector<std::string> images;    // in the order in which they came
  std::vector<std::string> kept;      // what could not become one of them, and texts
  std::optional<Failure> has_no_room; // what is whole cannot be put anywhere, either

  Done check_writable() override { return {}; }
  Result<ImageFile> begin() override
  {
    return ImageFile::create(std::filesystem::temp_directory_path());
  }
  Result<SavedImage> commit(ImageFile file, const NameFacts&) override
  {
    const auto header = inspect_image(file);
    if (!header || has_no_room) {
      kept.push_back(bytes_of(file));
      return fail(header ? *has_no_room : header.error());
    }
    images.push_back(bytes_of(file));
    SavedImage image;
    image.path = "/memory/" + std::to_string(images.size());
    image.format = header->format;
    image.size = header->size;
    image.bytes = file.size();
    return image;
  }
  Result<std::filesystem::path> keep(ImageFile file, std::string_view) override
  {
    if (file.size() == 0) {
      return fail(FailureClass::not_saved, "nothing had arrived");
    }
    kept.push_back(bytes_of(file));
    return "/memory/kept-" + std::to_string(kept.size());
  }
};

} // namespace limn::test
