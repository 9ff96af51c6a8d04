#pragma once

#include "base/descriptor.hpp"
#include "job/session.hpp"
#include "output/folder_sink.hpp"
#include "output/placing.hpp"
#include "output/upload_notes.hpp"
#include "store/store_sink.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// Where the user wants this job's images: -o, else -d, else the setting, else the current folder.
//
// -o FILE is the name of a new file; -o FOLDER, one that is there or that ends in '/', is -d.
// Standard output (-o -), another open descriptor (/dev/fd/N), a pipe or a device takes the bytes
// of one image.
//
// s3://BUCKET/PREFIX is a place in a store. -o names a file there where it has the extension of an
// image.
class JobOutput
{
public:
  // Everything that can be known before anybody is asked: FailureClass::usage for what cannot take
  // an image, not_saved for a folder that is gone.
  static Result<JobOutput> choose(const Session& session, const GenerateOptions& options);

  bool is_stdout() const { return m_is_stdout; }
  bool is_file() const { return m_pipe.empty(); }                  // or a folder, for files
  bool is_in_store() const { return m_prefix.has_value(); }        // counts as a file
  const std::filesystem::path& folder() const { return m_folder; } // of a file
  const std::string& file_name() const { return m_file_name; }     // empty: as output.name

  // Also where neither --json nor --events shows it.
  void with_digest() { m_options.digest = ImageDigest::sha256; }

  // The last things to do before anything is paid for: opens a pipe or device, which waits until
  // somebody reads a pipe, and tries whether the folder takes a file. What is returned borrows what
  // was opened, and the session. `naming`, which may be empty, is for files.
  Result<std::unique_ptr<ImageSink>> open(Session& session, Naming naming = {});

private:
  JobOutput() = default;
  Done use_descriptor(int descriptor, const std::filesystem::path& name, const Session& session,
                      const GenerateOptions& options);
  Done open_pipe(Terminal& terminal);
  Done use_store(const std::string& address, const GenerateOptions& options);

  SinkOptions m_options;
  std::filesystem::path m_folder;
  std::string m_file_name;
  std::optional<StoreAddress> m_prefix; // in a store, in place of a folder
  std::filesystem::path m_pipe;         // or a device; empty: files
  int m_descriptor = -1;                // of it; negative: not open yet
  Descriptor m_opened;                  // if it was opened here
  bool m_is_stdout = false;
};

// The folder that -d, else the setting, else the current folder stands for. FailureClass::not_saved
// if there is no current folder any more.
Result<std::filesystem::path> output_folder(const Session& session,
                                            const std::filesystem::path& directory);

// $XDG_STATE_HOME/limn/untold: notes of images that nobody could be told of.
std::filesystem::path untold_notes();

// $XDG_STATE_HOME/limn/recovered
std::filesystem::path recovered_folder();

// $XDG_STATE_HOME/limn/uploads: notes of what lies there on its way to a store.
UploadNotes upload_notes();

// What brings pictures to the stores of this session, which is borrowed.
StoreParts store_parts(Session& session);

} // namespace limn
