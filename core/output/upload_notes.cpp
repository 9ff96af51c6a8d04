#include "output/upload_notes.hpp"

#include "base/files.hpp"
#include "model/store_address.hpp"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

namespace limn {

namespace {

constexpr std::uintmax_t k_most_note = 16 * 1024;

std::string next_line(std::string& text)
{
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.erase(0, end + 1);
  return line;
}

// A note is there before its file has a name.
bool is_old(const std::filesystem::path& note)
{
  std::error_code error;
  const auto time = std::filesystem::last_write_time(note, error);
  return !error && time < std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
}

} // namespace

// Files of recovered/ have names of their own.
std::filesystem::path UploadNotes::note_of(const std::filesystem::path& file) const
{
  return m_folder / file.filename();
}

Done UploadNotes::write(const UploadNote& note) const
{
  LIMN_TRY(make_private_folder(m_folder));
  return replace_file(note_of(note.file),
                      fmt::format("{}\n{}\n{}\n", note.address, note.sha256, note.file.string()));
}

void UploadNotes::remove(const std::filesystem::path& file) const noexcept
{
  std::error_code ignored;
  std::filesystem::remove(note_of(file), ignored);
}

std::vector<UploadNote> UploadNotes::read() const
{
  std::vector<UploadNote> notes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(m_folder, error), end; !error && entry != end;
       entry.increment(error)) {
    auto text = read_own_file(entry->path(), k_most_note);
    if (!text || text->empty()) {
      continue;
    }
    UploadNote note;
    note.address = next_line(*text);
    note.sha256 = next_line(*text);
    note.file = next_line(*text);
    std::error_code ignored;
    if (!parse_store_address(note.address) || note_of(note.file) != entry->path()) {
      continue;
    }
    if (std::filesystem::exists(note.file, ignored)) {
      notes.push_back(std::move(note));
    } else if (is_old(entry->path())) {
      remove(note.file);
    }
  }
  return notes;
}

} // namespace limn
