#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace limn {

inline constexpr std::size_t k_largest_settings_file = 1 << 20;

// The text of a settings file, which may hold keys: its memory is wiped when it goes.
struct SettingsText {
  std::string text;
  bool readable_by_others = false; // the group, or anyone

  SettingsText() = default;
  SettingsText(SettingsText&&) = default;
  SettingsText& operator=(SettingsText&&) = delete;
  ~SettingsText();
};

// Whether a pipe that somebody writes to, and /dev/null, will do: for a file that was named for
// this run (`--config <(...)`), not for one that lies where it always does.
enum class Streams { refused, allowed };

// The whole file; nothing if it is absent, which costs one failed open. Refused, without waiting
// for anything: what is no file, is larger than `k_largest_settings_file`, belongs to another user
// than us or root, or can be written by others, since who can write it can make us send a key
// anywhere.
Result<std::optional<SettingsText>> read_settings_file(const std::filesystem::path& path,
                                                       Streams streams = Streams::refused);

// What a file of limn's own, without keys, has in it; nothing if there is none. One that is larger
// than `most` bytes is damaged: empty.
std::optional<std::string> read_own_file(const std::filesystem::path& path, std::uintmax_t most);

// Only one process at a time holds the lock of a file; waits for it. A lock file beside it stays
// behind: taking it away would let two in.
class FileLock
{
public:
  static Result<FileLock> take(const std::filesystem::path& path);

private:
  explicit FileLock(Descriptor file) : m_file(std::move(file)) {}

  Descriptor m_file; // closing it unlocks
};

// An empty file without a name, in the folder for what is passing by ($TMPDIR): gone with its last
// descriptor. FailureClass::not_saved.
Result<Descriptor> nameless_file();

// Where an open file is found by others that want a path, for as long as it is open here.
std::filesystem::path path_of(const Descriptor& opened);

// Where the file itself is: a symbolic link stays one, also if it leads to nothing yet.
std::filesystem::path behind_links(std::filesystem::path path);

// Makes the folder and those above it, for us alone.
Done make_private_folder(const std::filesystem::path& folder);

// "chmod 600 FILE", for a shell.
std::string chmod_command(const std::filesystem::path& path);

// Which file stands at a path, and since when it is as it is: equal ones, and nobody changed it.
struct FileStamp {
  std::uint64_t inode = 0; // all 0: there is none
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::int64_t size = 0;

  static FileStamp of(const std::filesystem::path& path);
  bool operator==(const FileStamp&) const = default;
};

// Gives the file this text, whole or not at all, mode 0600. A symbolic link stays, and its target
// is replaced.
Done replace_file(const std::filesystem::path& path, std::string_view text);

} // namespace limn
