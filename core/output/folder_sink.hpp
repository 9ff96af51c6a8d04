#pragma once

#include "output/image_sink.hpp"
#include "output/placing.hpp"
#include "output/recovered.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace limn {

// Called before an image gets its final name, with its report, which has that name, and the number
// of its file (st_ino): whoever was killed meanwhile knows by it whether the image is there.
using Naming = std::function<void(const SavedImage& image, std::uint64_t inode)>;

// Files of a folder, with names that limn makes: NAME.EXT, or NAME-2.EXT, ... if that is taken; the
// extension is that of the bytes.
class FolderSink : public ImageSink
{
public:
  // The folder is absolute, and made if needed. `naming` may be empty.
  FolderSink(std::filesystem::path folder, SinkOptions options, Naming naming = {});

  Done check_writable() override;
  // If the folder takes no file any more, the image begins in recovered/ instead.
  Result<ImageFile> begin() override;
  Result<SavedImage> commit(ImageFile file, const NameFacts& facts) override;
  std::filesystem::path folder_to_sync() const override { return m_folder; }
  Result<std::filesystem::path> keep(ImageFile file, std::string_view extension) override;

protected:
  // What an image is called, without its extension.
  virtual std::string stem(const NameFacts& facts) const;

private:
  std::filesystem::path m_folder;
  SinkOptions m_options;
  Recovered m_recovered;
  Naming m_naming;
};

} // namespace limn
