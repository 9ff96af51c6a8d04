#pragma once

#include "base/result.hpp"
#include "model/image.hpp"
#include "output/image_file.hpp"
#include "output/name.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace limn {

// Where the images of a job go, whatever that is: a folder, a file, a pipe, or a caller that reads
// them. What was paid for and cannot get there lies in recovered/, and the message says where. On
// one thread.
class ImageSink
{
public:
  virtual ~ImageSink() = default;

  // Before anything is paid for: whether an image could get there, with room for it. If not,
  // FailureClass::not_saved, or usage for a name that no file can have.
  virtual Done check_writable() = 0;

  // What waits for a reader ends when this becomes readable. Borrowed.
  virtual void interrupt_with(int /*descriptor*/) {}

  // A new image on its way: it has no name, and vanishes unless it is committed or kept.
  virtual Result<ImageFile> begin() = 0;

  // Puts a whole image at its place, once its bytes are on the disk (ImageFile::sync); `path` of
  // what is returned says where that is. Else FailureClass::bad_image if the bytes are no whole
  // image, not_saved if they could not get there, cancelled if an interrupt came meanwhile; in all
  // cases they lie in recovered/ and the message says where.
  virtual Result<SavedImage> commit(ImageFile file, const NameFacts& facts) = 0;

  // The folder whose entry for the image that was committed is not on the disk yet (sync_folder);
  // empty if there is none.
  virtual std::filesystem::path folder_to_sync() const { return {}; }

  // Whether an image that was committed goes on from there, to a place beyond this machine.
  virtual bool delivers() const { return false; }

  // Brings it there, once it and its name are on the disk, however long that takes. `done` is
  // called from the loop, once: with the image as it is told of, or with FailureClass::not_saved,
  // whose message says where it lies.
  virtual void deliver(const SavedImage& /*image*/,
                       const std::function<void(Result<SavedImage>)>& /*done*/)
  {
  }

  // Gives that up, without a word to `done`: the image of this path stays where it lies.
  virtual void stop_delivery(const std::filesystem::path& /*path*/) {}

  // Puts what has arrived into recovered/ and returns its path; FailureClass::not_saved if there
  // are no bytes worth keeping, or no room. What is no whole image has that extension.
  virtual Result<std::filesystem::path> keep(ImageFile file, std::string_view extension) = 0;
};

} // namespace limn
