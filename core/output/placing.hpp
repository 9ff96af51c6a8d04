#pragma once

#include "base/result.hpp"
#include "model/image.hpp"
#include "output/folder.hpp"
#include "output/image_file.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

// What the kinds of ImageSink have in common.
namespace limn {

// What is told of all images of a job, and what becomes of those that do not get to their place.
struct SinkOptions {
  std::string name_template;       // as `output.name`
  std::filesystem::path recovered; // $XDG_STATE_HOME/limn/recovered
  ImageDigest digest = ImageDigest::none;
};

// FailureClass::not_saved if it is known that the folder takes no file, or has no room for an
// image; `hint` says what the user can do about it.
Done check_takes_image(const std::filesystem::path& folder, std::string_view hint);

// The report of a whole image, but for its path. FailureClass::not_saved if not all of its bytes
// are where they were meant to be, bad_image if they are no whole image.
Result<SavedImage> whole_image(ImageFile& file);

// Gives it, as `sync` says, one of STEM.EXT, STEM-2.EXT, ...; `before`, which may be
// empty, is called with each name just before that.
Result<std::filesystem::path>
link_free_name(ImageFile& file, const std::filesystem::path& folder, std::string_view stem,
               std::string_view extension, Sync sync,
               const std::function<void(const std::filesystem::path&)>& before = {});

} // namespace limn
