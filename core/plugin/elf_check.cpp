#include "plugin/elf_check.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

// The linker's name for this program's own ELF header: what the plugin has to agree with.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

namespace limn {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);

constexpr const char* k_fetch_again = "build or fetch it again";

bool read_at(int descriptor, void* target, std::size_t size, std::uint64_t offset)
{
  auto* bytes = static_cast<char*>(target);
  while (size > 0) {
    const auto count = ::pread(descriptor, bytes, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes += count;
    size -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

// Written so that nothing overflows, whatever the header says.
bool is_inside(std::uint64_t offset, std::uint64_t size, std::uint64_t file_size)
{
  return offset <= file_size && size <= file_size - offset;
}

Done require_same_machine(const Header& header)
{
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return fail(FailureClass::settings, "it is not a shared library", k_fetch_again);
  }
  if (header.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS]
      || header.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA]
      || header.e_machine != __ehdr_start.e_machine) {
    return fail(FailureClass::settings,
                fmt::format("it was built for another kind of machine (ELF machine {}; this limn "
                            "is for {})",
                            header.e_machine, __ehdr_start.e_machine),
                "get the plugin for this machine");
  }
  if (header.e_type != ET_DYN) {
    return fail(FailureClass::settings, "it is an ELF file, but not a shared library",
                "link it with -shared");
  }
  return {};
}

template <typename Entry>
bool read_table(int descriptor, std::uint64_t file_size, std::uint64_t offset, std::size_t count,
                std::size_t entry_size, std::vector<Entry>& table)
{
  if (count > 0 && entry_size != sizeof(Entry)) {
    return false;
  }
  if (!is_inside(offset, count * sizeof(Entry), file_size)) {
    return false;
  }
  table.resize(count);
  return read_at(descriptor, table.data(), count * sizeof(Entry), offset);
}

} // namespace

Done require_whole_library(int descriptor, std::uint64_t file_size)
{
  const auto cut_short = [file_size](std::string_view what) {
    return fail(
      FailureClass::settings,
      fmt::format("it is cut short or damaged: {} lies past its end ({} bytes)", what, file_size),
      k_fetch_again);
  };
  if (file_size == 0) {
    return fail(FailureClass::settings, "it is empty", k_fetch_again);
  }
  Header header;
  if (file_size < sizeof header || !read_at(descriptor, &header, sizeof header, 0)) {
    return fail(FailureClass::settings, "it is not a shared library", k_fetch_again);
  }
  LIMN_TRY(require_same_machine(header));

  std::vector<Segment> segments;
  if (header.e_phnum == 0
      || !read_table(descriptor, file_size, header.e_phoff, header.e_phnum, header.e_phentsize,
                     segments)) {
    return cut_short("its program header table");
  }
  for (const auto& segment : segments) {
    if (!is_inside(segment.p_offset, segment.p_filesz, file_size)) {
      return cut_short("a segment");
    }
  }
  // The section table stands last in what linkers write: with it, the rest is there, too.
  std::vector<Section> sections;
  if (!read_table(descriptor, file_size, header.e_shoff, header.e_shnum, header.e_shentsize,
                  sections)) {
    return cut_short("its section table");
  }
  for (const auto& section : sections) {
    if (section.sh_type != SHT_NOBITS
        && !is_inside(section.sh_offset, section.sh_size, file_size)) {
      return cut_short("a section");
    }
  }
  if (sections.empty() || header.e_shstrndx >= sections.size()) {
    return fail(FailureClass::settings, "it has no section table, so its symbols cannot be read",
                "strip it with strip(1) at most");
  }
  return {};
}

} // namespace limn
