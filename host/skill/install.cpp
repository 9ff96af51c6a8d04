#include "skill/install.hpp"

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "skill/skill_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

namespace limn {

namespace {

namespace fs = std::filesystem;

// As sha256sum writes and reads it.
constexpr std::string_view k_note = ".limn.sha256";
constexpr std::string_view k_between = "  ";
constexpr std::size_t k_digest_size = 64;
constexpr mode_t k_file_mode = 0666; // what the umask leaves of it: there is no secret in a skill
constexpr int k_most_backups = 100;

tl::unexpected<Failure> skill_failure(const fs::path& path, std::string_view what, int error)
{
  return fail(FailureClass::settings, fmt::format("{} {}: {}", path.string(), what,
                                                  std::generic_category().message(error)));
}

std::string digest_of(std::string_view content)
{
  Sha256 sha;
  sha.update(std::as_bytes(std::span(content.data(), content.size())));
  return sha.hex();
}

// Nothing where there is no such file.
Result<std::optional<std::string>> read_whole(const fs::path& path)
{
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      return std::nullopt;
    }
    return skill_failure(path, "cannot be read", error);
  }
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (file.bad()) {
    return skill_failure(path, "cannot be read", EIO);
  }
  return text;
}

// What limn has written there, by path.
Result<std::map<std::string, std::string>> read_note(const fs::path& folder)
{
  LIMN_TRY_ASSIGN(const auto text, read_whole(folder / k_note));
  std::map<std::string, std::string> digests;
  for (std::string_view rest = text ? std::string_view(*text) : std::string_view();
       !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.size() > k_digest_size + k_between.size()) {
      digests[std::string(line.substr(k_digest_size + k_between.size()))] =
        line.substr(0, k_digest_size);
    }
  }
  return digests;
}

Done write_all(int file, const fs::path& path, std::string_view text)
{
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return skill_failure(path, "cannot be written", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return {};
}

// Whole or not at all; a link stays one.
Done write_skill_file(const fs::path& path, std::string_view text)
{
  std::error_code error;
  const auto target = behind_links(path);
  fs::create_directories(target.parent_path(), error);
  if (error) {
    return skill_failure(target.parent_path(), "cannot be made", error.value());
  }
  const auto temporary =
    target.parent_path() / fmt::format(".{}.{}", target.filename().string(), ::getpid());
  const Descriptor file(
    ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, k_file_mode));
  if (!file) {
    return skill_failure(path, "cannot be written", errno);
  }
  auto written = write_all(file.number(), path, text);
  if (written && ::rename(temporary.c_str(), target.c_str()) != 0) {
    written = skill_failure(path, "cannot be written", errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
  }
  return written;
}

// Under a name that is free.
Result<fs::path> keep_beside(const fs::path& path, std::string_view text)
{
  for (int i = 1; i <= k_most_backups; ++i) {
    const fs::path backup = path.string() + (i == 1 ? ".bak" : fmt::format(".bak-{}", i));
    const Descriptor file(
      ::open(backup.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, k_file_mode));
    if (file) {
      LIMN_TRY(write_all(file.number(), backup, text));
      return backup;
    }
    if (errno != EEXIST) {
      return skill_failure(backup, "cannot be written", errno);
    }
  }
  return skill_failure(path, "has too many copies beside it", EEXIST);
}

// What lies in a folder, seen against what belongs there.
struct Comparison {
  std::vector<const SkillFile*> missing; // or an older limn's
  bool any_there = false;
  std::map<const SkillFile*, std::string> changed; // by somebody, and what they say now
};

Result<Comparison> compare(const fs::path& folder)
{
  LIMN_TRY_ASSIGN(const auto noted, read_note(folder));
  Comparison result;
  for (const auto& file : skill_files()) {
    LIMN_TRY_ASSIGN(auto there, read_whole(folder / file.path));
    result.any_there = result.any_there || there.has_value();
    if (there == std::optional<std::string>(file.content)) {
      continue;
    }
    const auto known = noted.find(std::string(file.path));
    if (!there || (known != noted.end() && known->second == digest_of(*there))) {
      result.missing.push_back(&file);
    } else {
      result.changed[&file] = std::move(*there);
    }
  }
  return result;
}

std::string note_text()
{
  std::string text;
  for (const auto& file : skill_files()) {
    text += fmt::format("{}{}{}\n", digest_of(file.content), k_between, file.path);
  }
  return text;
}

} // namespace

std::string_view to_string(SkillCopy::State state)
{
  switch (state) {
  case SkillCopy::State::written:
    return "written";
  case SkillCopy::State::updated:
    return "updated";
  case SkillCopy::State::same:
    return "same";
  case SkillCopy::State::left_alone:
    break;
  }
  return "left_alone";
}

Result<SkillCopy> install_skill(const fs::path& folder, ChangedSkill changed)
{
  LIMN_TRY_ASSIGN(const auto there, compare(folder));
  SkillCopy copy{folder, SkillCopy::State::same, {}, {}};
  for (const auto& [file, text] : there.changed) {
    copy.changed.emplace_back(file->path);
  }
  std::sort(copy.changed.begin(), copy.changed.end());
  if (!copy.changed.empty() && changed == ChangedSkill::left) {
    copy.state = SkillCopy::State::left_alone;
    return copy;
  }
  for (const auto& [file, text] : there.changed) {
    LIMN_TRY_ASSIGN(auto backup, keep_beside(folder / file->path, text));
    copy.backups.push_back(std::move(backup));
    LIMN_TRY(write_skill_file(folder / file->path, file->content));
  }
  for (const auto* file : there.missing) {
    LIMN_TRY(write_skill_file(folder / file->path, file->content));
  }
  // Also where a copy of the same text came there by another hand: the next limn has to know it.
  LIMN_TRY_ASSIGN(const auto note, read_whole(folder / k_note));
  if (note != std::optional<std::string>(note_text())) {
    LIMN_TRY(write_skill_file(folder / k_note, note_text()));
  }
  const bool wrote = !there.missing.empty() || !there.changed.empty();
  copy.state = !wrote            ? SkillCopy::State::same
               : there.any_there ? SkillCopy::State::updated
                                 : SkillCopy::State::written;
  return copy;
}

} // namespace limn
