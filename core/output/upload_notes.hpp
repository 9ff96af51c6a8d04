#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// An image in recovered/ that is on its way to a store.
struct UploadNote {
  std::filesystem::path file;
  std::string address; // "s3://BUCKET/KEY"
  std::string sha256;  // of the file
};

// The notes of such images: a folder with a file for each, which outlives its process. On this
// machine, and of this user.
class UploadNotes
{
public:
  // Absolute; made where it is needed.
  explicit UploadNotes(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  // Instead of an earlier one of a file of that name.
  Done write(const UploadNote& note) const;
  void remove(const std::filesystem::path& file) const noexcept;

  // The same once the store has the picture of a process that has ended: whoever looks for it
  // within a month finds that it is there.
  void move_to_brought(const std::filesystem::path& file) const noexcept;

  // Of files that are still there. Others are forgotten.
  std::vector<UploadNote> read() const;

  // Whether the picture of that address is on its way there, or was brought.
  bool knows(std::string_view address) const;

private:
  static std::vector<UploadNote> read_folder(const std::filesystem::path& folder);
  std::filesystem::path brought() const { return m_folder / "brought"; }
  std::filesystem::path note_of(const std::filesystem::path& file) const;

  std::filesystem::path m_folder;
};

} // namespace limn
