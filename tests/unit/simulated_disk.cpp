#include "simulated_disk.hpp"

#include "batch/journal.hpp"

#include <fstream>
#include <iterator>

namespace limn::test {

namespace {

std::uint64_t size_of(const std::filesystem::path& file)
{
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

std::optional<std::string> text_of(const std::filesystem::path& file)
{
  std::ifstream stream(file, std::ios::binary);
  return stream ? std::optional<std::string>({std::istreambuf_iterator<char>(stream), {}})
                : std::nullopt;
}

// In place: who holds it open goes on with it.
void write(const std::filesystem::path& file, const std::optional<std::string>& text)
{
  if (text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << *text;
  } else {
    std::filesystem::remove(file);
  }
}

std::optional<std::string> cut_somewhere(std::optional<std::string> text, std::uint64_t least,
                                         std::mt19937& random)
{
  if (text && least < text->size()) {
    text->resize(std::uniform_int_distribution<std::size_t>(least, text->size())(random));
  }
  return text;
}

} // namespace

void SimulatedDisk::synced()
{
  if (m_world.fate.is_dead()) {
    return;
  }
  m_synced_manifest = size_of(m_world.manifest);
  m_synced_journal = size_of(journal_of(m_world.manifest));
}

void SimulatedDisk::remember()
{
  m_files.clear();
  for (const auto& folder : {m_world.images, m_world.recovered}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      m_files.insert(entry.path());
    }
  }
  m_manifest = text_of(m_world.manifest);
  m_journal = text_of(journal_of(m_world.manifest));
}

void SimulatedDisk::restore(PowerCut power_cut, std::mt19937& random) const
{
  for (const auto& folder : {m_world.images, m_world.recovered}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (!m_files.contains(entry.path())) {
        std::filesystem::remove(entry.path());
      }
    }
  }
  const bool cuts = power_cut == PowerCut::yes;
  write(m_world.manifest, cuts ? cut_somewhere(m_manifest, m_synced_manifest, random) : m_manifest);
  write(journal_of(m_world.manifest),
        cuts ? cut_somewhere(m_journal, m_synced_journal, random) : m_journal);
}

void SimulatedDisk::clear() const
{
  for (const auto& folder : {m_world.images, m_world.recovered}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::filesystem::remove(entry.path());
    }
  }
  std::filesystem::remove(m_world.manifest);
  std::filesystem::remove(journal_of(m_world.manifest));
  std::filesystem::remove_all(m_world.state);
}

} // namespace limn::test
