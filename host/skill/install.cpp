#include "skill/install.hpp"

#include "base/digest.hpp"
#include "skill/skill_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

namespace limn {

namespace {

// What is done with a text before it is replaced.
enum class Keeping { none, copies };

// As sha256sum writes and reads it.
constexpr std::string_view k_note = ".limn.sha256";
constexpr std::string_view k_between = "  ";
constexpr std::size_t k_digest_size = 64;

std::string digest_of(std::string_view content)
{
  Sha256 sha;
  sha.update(std::as_bytes(std::span(content.data(), content.size())));
  return sha.hex();
}

// What limn has written there, by path.
Result<std::map<std::string, std::string>> read_note(const UnlinkedFiles& files)
{
  LIMN_TRY_ASSIGN(const auto note, files.read(k_note));
  std::map<std::string, std::string> digests;
  for (std::string_view rest = note ? std::string_view(note->text) : std::string_view();
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

// What lies in a folder, seen against what belongs there.
struct Comparison {
  bool any_there = false;
  std::vector<const SkillFile*> missing;
  std::map<const SkillFile*, SkillText> older;   // as the note says that a limn has written them
  std::map<const SkillFile*, SkillText> changed; // by somebody, and what they say now
};

Result<Comparison> compare(const UnlinkedFiles& files)
{
  LIMN_TRY_ASSIGN(const auto noted, read_note(files));
  Comparison result;
  for (const auto& file : skill_files()) {
    LIMN_TRY_ASSIGN(auto there, files.read(file.path));
    if (!there) {
      result.missing.push_back(&file);
      continue;
    }
    result.any_there = true;
    if (there->text == file.content) {
      continue;
    }
    const auto known = noted.find(std::string(file.path));
    const bool is_noted = known != noted.end() && known->second == digest_of(there->text);
    (is_noted ? result.older : result.changed)[&file] = std::move(*there);
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
    return "left_alone";
  case SkillCopy::State::failed:
    break;
  }
  return "failed";
}

namespace {

Done replace(const UnlinkedFiles& files, const std::map<const SkillFile*, SkillText>& replaced,
             SkillCopy& copy, Keeping keeping)
{
  for (const auto& [file, there] : replaced) {
    if (keeping == Keeping::copies) {
      LIMN_TRY_ASSIGN(auto backup, files.keep_beside(file->path, there));
      copy.backups.push_back(std::move(backup));
    }
    LIMN_TRY(files.write(file->path, file->content, there.mode));
  }
  return {};
}

Done bring_up_to_date(const UnlinkedFiles& files, ChangedSkill changed, Keeping of_older,
                      SkillCopy& copy)
{
  LIMN_TRY_ASSIGN(const auto there, compare(files));
  for (const auto& [file, text] : there.changed) {
    copy.changed.emplace_back(file->path);
  }
  std::sort(copy.changed.begin(), copy.changed.end());
  if (!copy.changed.empty() && changed == ChangedSkill::left) {
    copy.state = SkillCopy::State::left_alone;
    return {};
  }
  LIMN_TRY(replace(files, there.changed, copy, Keeping::copies));
  LIMN_TRY(replace(files, there.older, copy, of_older));
  for (const auto* file : there.missing) {
    LIMN_TRY(files.write(file->path, file->content, std::nullopt));
  }
  // Also where a copy of the same text came there by another hand: the next limn has to know it.
  LIMN_TRY_ASSIGN(const auto note, files.read(k_note));
  if (!note || note->text != note_text()) {
    LIMN_TRY(files.write(k_note, note_text(), note ? std::optional(note->mode) : std::nullopt));
  }
  const bool wrote = !there.missing.empty() || !there.older.empty() || !there.changed.empty();
  copy.state = !wrote            ? SkillCopy::State::same
               : there.any_there ? SkillCopy::State::updated
                                 : SkillCopy::State::written;
  return {};
}

} // namespace

SkillCopy install_skill(const SkillFolder& folder, ChangedSkill changed)
{
  SkillCopy copy;
  copy.folder = folder.path();
  // A project's note came with the project, and may say of any text that it is limn's.
  const auto of_older = folder.below.empty() ? Keeping::none : Keeping::copies;
  const auto done = bring_up_to_date(UnlinkedFiles(folder), changed, of_older, copy);
  if (!done) {
    copy.state = SkillCopy::State::failed;
    copy.problem = done.error();
  }
  return copy;
}

} // namespace limn
