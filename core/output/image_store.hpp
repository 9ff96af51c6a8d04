#pragma once

#include "base/result.hpp"
#include "model/image.hpp"
#include "output/image_file.hpp"
#include "output/name.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace limn {

enum class ImageDigest { none, sha256 };

// What takes the bytes of an image and is no regular file: a pipe, a device. Borrowed, open.
struct ImageStream {
  int descriptor = -1;
  std::filesystem::path name; // as the report calls it
  int interrupt = -1;         // sending ends when this becomes readable
};

struct ImageStoreOptions {
  std::filesystem::path folder;      // absolute; made if needed; not used if `stream` is given
  std::string name_template;         // as `output.name`; not used if `file_name` is given
  std::string file_name;             // -o FILE: its name, with or without an extension
  std::filesystem::path recovered;   // $XDG_STATE_HOME/limn/recovered
  std::optional<ImageStream> stream; // takes one image, which lies in recovered/ until it has
  ImageDigest digest = ImageDigest::none;
};

// Where the images of a job go: begun as unnamed files in the target folder, and given a final name
// only when they are whole.
class ImageStore
{
public:
  explicit ImageStore(ImageStoreOptions options) : m_options(std::move(options)) {}

  // Before anything is paid for: the folder exists or can be made, and takes a file and has room
  // for an image: else FailureClass::not_saved. And the name is one that a file can have: else
  // FailureClass::usage.
  Done check_writable() const;

  // From now on sending into a stream ends when this becomes readable. Borrowed.
  void interrupt_with(int descriptor);

  // Called before an image gets its final name, with its report, which has that name, and the
  // number of its file (st_ino): whoever was killed meanwhile knows by it whether the image is
  // there. Not for what goes into a stream.
  using Naming = std::function<void(const SavedImage& image, std::uint64_t inode)>;
  void announce_names(Naming naming) { m_naming = std::move(naming); }

  // A new image on its way. If the folder no longer takes one, it begins in recovered/ instead.
  Result<ImageFile> begin() const;

  // Gives a whole image its final name: NAME.EXT, or NAME-2.EXT, ... if that is taken; the
  // extension is that of the bytes. Or sends it into the stream: FailureClass::cancelled if an
  // interrupt came meanwhile. FailureClass::bad_image if the bytes are no whole image,
  // not_saved if they could not be given the name; in both cases they lie in recovered/ and the
  // message says where.
  Result<SavedImage> commit(ImageFile file, const NameFacts& facts) const;

  // Puts what has arrived into recovered/ and returns its path; nothing if there are no bytes worth
  // keeping. What is no whole image has that extension.
  Result<std::filesystem::path> recover(ImageFile file, std::string_view extension = "part") const;

private:
  const std::filesystem::path& folder() const
  {
    return m_options.stream ? m_options.recovered : m_options.folder;
  }

  ImageStoreOptions m_options;
  Naming m_naming; // may be empty
};

} // namespace limn
