#include "output/upload_notes.hpp"

#include "base/files.hpp"
#include "model/store_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

namespace limn {

namespace {

constexpr std::uintmax_t k_most_note = 16 * 1024;
constexpr std::chrono::hours k_unnamed{1}; // at most, that a note is there before its file
constexpr std::chrono::hours k_brought_kept = std::chrono::days(30);

std::string next_line(std::string& text)
{
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.erase(0, end + 1);
  return line;
}

bool is_older(const std::filesystem::path& note, std::chrono::hours time)
{
  std::error_code error;
  const auto written = std::filesystem::last_write_time(note, error);
  return !error && written < std::filesystem::file_time_type::clock::now() - time;
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

void UploadNotes::move_to_brought(const std::filesystem::path& file) const noexcept
{
  std::error_code ignored;
  if (make_private_folder(brought())) {
    std::filesystem::rename(note_of(file), brought() / file.filename(), ignored);
  }
  remove(file);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(brought(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_older(entry->path(), k_brought_kept)) {
      std::filesystem::remove(entry->path(), ignored);
    }
  }
}

std::vector<UploadNote> UploadNotes::read_folder(const std::filesystem::path& folder)
{
  std::vector<UploadNote> notes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    auto text =
      entry->is_regular_file(ignored) ? read_own_file(entry->path(), k_most_note) : std::nullopt;
    if (!text || text->empty()) {
      continue;
    }
    UploadNote note;
    note.address = next_line(*text);
    note.sha256 = next_line(*text);
    note.file = next_line(*text);
    if (parse_store_address(note.address) && note.file.filename() == entry->path().filename()) {
      notes.push_back(std::move(note));
    }
  }
  return notes;
}

std::vector<UploadNote> UploadNotes::read() const
{
  auto notes = read_folder(m_folder);
  std::erase_if(notes, [this](const UploadNote& note) {
    std::error_code ignored;
    const bool is_gone = !std::filesystem::exists(note.file, ignored);
    if (is_gone && is_older(note_of(note.file), k_unnamed)) {
      remove(note.file);
    }
    return is_gone;
  });
  return notes;
}

bool UploadNotes::knows(std::string_view address) const
{
  const auto is_it = [address](const UploadNote& note) { return note.address == address; };
  return std::ranges::any_of(read(), is_it) || std::ranges::any_of(read_folder(brought()), is_it);
}

} // namespace limn
