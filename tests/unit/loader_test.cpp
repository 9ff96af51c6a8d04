#include "plugin/component_check.hpp"
#include "plugin/file_trust.hpp"
#include "plugin/loader.hpp"
#include "plugin_support.hpp"

#include <doctest/doctest.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

using namespace limn;
using namespace limn::test;

namespace {

namespace fs = std::filesystem;

Result<std::vector<CheckedComponent>> load(const fs::path& file)
{
  return load_plugin(file).and_then(
    [&](const limn_entry* entry) { return check_components(*entry, file); });
}

std::string refusal(const fs::path& file)
{
  const auto loaded = load(file);
  return loaded ? "loaded" : loaded.error().message;
}

} // namespace

TEST_CASE("a sound plugin is loaded with what it says of itself")
{
  const ScratchFolder folder;
  const auto file = install_broken(folder, "sound");
  const auto components = load(file);
  REQUIRE(components);
  REQUIRE(components->size() == 1);
  const auto& record = components->front().record;
  CHECK(record.file == file);
  CHECK(record.id == "sound");
  CHECK(record.kind == "provider");
  CHECK(record.display_name == "For tests");
  CHECK(record.summary == "For tests.");
  CHECK(record.plugin == "sound");
  CHECK(record.version == "1.2.3");
  CHECK(record.vendor == "limn's tests");
  CHECK(record.state == ComponentRecord::State::ready);
  CHECK(record.reason == "");
  CHECK(components->front().component != nullptr);
}

TEST_CASE("plugins in C11, in C++20 and of a later minor are loaded")
{
  const ScratchFolder folder;
  for (const auto& plugin : {k_plugins / "test_c11.so", k_plugins / "test_source.so",
                             k_broken_plugins / "newer_minor.so"}) {
    CAPTURE(plugin.string());
    const auto components = load(install(plugin, folder / plugin.filename().string()));
    REQUIRE(components);
    REQUIRE(components->size() == 1);
    CHECK(components->front().record.id == plugin.stem());
    CHECK(components->front().record.state == ComponentRecord::State::ready);
  }
}

TEST_CASE("a library that cannot be used as a whole is refused with the reason")
{
  const std::pair<std::string, std::string> cases[] = {
    {"no_entry", "it is not a limn plugin: it has no symbol limn_entry_v1"},
    {"future_major",
     "it was made for plugin contract 2 (limn_entry_v2), and this limn has contract 1 "
     "(limn_entry_v1)"},
    {"short_entry",
     "it breaks rule 1 of the plugin contract: it has a limn_entry of 88 bytes, less "
     "than in contract 1.0"},
    {"million_components",
     "it breaks the plugin contract: it counts 1000000 components: from 1 to 64 "
     "are allowed"},
    {"throws_in_component_at",
     "it breaks rule 7 of the plugin contract: it threw an exception when "
     "asked for its components"},
  };
  const ScratchFolder folder;
  for (const auto& one : cases) {
    const auto& name = one.first;
    const auto& reason = one.second;
    CAPTURE(name);
    CHECK(refusal(install_broken(folder, name)) == reason);
  }
}

TEST_CASE("a plugin that needs a newer host is told both versions")
{
  const ScratchFolder folder;
  const auto loaded = load(install_broken(folder, "needs_newer_host"));
  REQUIRE(!loaded);
  const auto& message = loaded.error().message;
  CAPTURE(message);
  CHECK(message.starts_with("it needs plugin contract 1.7 or newer, and limn "));
  CHECK(message.ends_with(" has 1." + std::to_string(LIMN_ABI_MINOR)));
  CHECK(loaded.error().hint == "update limn, or get an older version of the plugin");
}

TEST_CASE("a component with a fault is listed with the reason, and never handed out")
{
  const std::pair<std::string, std::string> cases[] = {
    {"short_component",
     "it breaks rule 1 of the plugin contract: it gave a limn_component of 88 bytes, "
     "less than in contract 1.0"},
    {"short_table",
     "it breaks rule 1 of the plugin contract: it gave a limn_provider_v1 of 40 bytes, "
     "less than in contract 1.0"},
    {"missing_function", "it breaks the plugin contract: it gave no function \"receive\""},
    {"bad_id", "it breaks the plugin contract: it gave the id \"Bad-Id\", which is not of the form "
               "[a-z][a-z0-9_]*"},
  };
  const ScratchFolder folder;
  for (const auto& one : cases) {
    const auto& name = one.first;
    const auto& reason = one.second;
    CAPTURE(name);
    const auto components = load(install_broken(folder, name));
    REQUIRE(components);
    REQUIRE(components->size() == 1);
    CHECK(components->front().record.state == ComponentRecord::State::failed);
    CHECK(components->front().record.reason
          == std::string(reason) + "; get another version of the plugin");
    CHECK(components->front().component == nullptr);
  }
}

TEST_CASE("a component that is missing does not take the others with it")
{
  const ScratchFolder folder;
  const auto components = load(install_broken(folder, "null_component"));
  REQUIRE(components);
  REQUIRE(components->size() == 2);
  CHECK((*components)[0].record.state == ComponentRecord::State::ready);
  CHECK((*components)[1].record.state == ComponentRecord::State::failed);
  CHECK((*components)[1].record.reason
        == "it breaks the plugin contract: it gave no component where it counts one; get another "
           "version of the plugin");
}

TEST_CASE("a component of an unknown kind is skipped")
{
  const ScratchFolder folder;
  const auto components = load(install_broken(folder, "unknown_kind"));
  REQUIRE(components);
  REQUIRE(components->size() == 1);
  const auto& record = components->front().record;
  CHECK(record.state == ComponentRecord::State::skipped);
  CHECK(record.kind == "limn.upscaler/1");
  CHECK(record.reason.find("does not know components of the kind \"limn.upscaler/1\"")
        != std::string::npos);
}

TEST_CASE("text in a description that could trick a terminal is refused")
{
  static limn_component component;
  static const limn_provider_v1 functions{};
  component = {sizeof(limn_component),
               0,
               LIMN_STR(LIMN_KIND_PROVIDER),
               LIMN_STR("plain"),
               LIMN_STR("\x1b[31mred"),
               LIMN_STR(""),
               nullptr,
               nullptr,
               &functions};
  const limn_entry entry{sizeof(limn_entry),
                         0,
                         0,
                         0,
                         LIMN_STR("p"),
                         LIMN_STR("1"),
                         LIMN_STR(""),
                         LIMN_STR(""),
                         [] { return std::uint32_t{1}; },
                         [](std::uint32_t) -> const limn_component* { return &component; }};
  const auto components = check_components(entry, "/p.so");
  REQUIRE(components);
  CHECK(components->front().record.reason.starts_with(
    "it breaks rule 9 of the plugin contract: it gave a display name that is not plain UTF-8 "
    "text"));
}

TEST_CASE("a library that was cut short anywhere is refused and never crashes")
{
  const ScratchFolder folder;
  for (const auto& plugin : {k_plugins / "test_c11.so", k_plugins / "test_source.so"}) {
    const auto whole = read_file(plugin);
    REQUIRE(whole.size() > 8000);
    // Evenly spread, then the ends of the headers, and one byte too few.
    std::vector<std::size_t> lengths;
    for (std::size_t i = 0; i < 30; ++i) {
      lengths.push_back(whole.size() * i / 30);
    }
    for (const std::size_t length : {std::size_t{1}, std::size_t{4}, sizeof(Elf64_Ehdr) - 1,
                                     sizeof(Elf64_Ehdr), whole.size() - 1}) {
      lengths.push_back(length);
    }
    for (const auto length : lengths) {
      CAPTURE(length);
      const auto file = folder / ("cut" + std::to_string(length) + ".so");
      write_file(file, std::string_view(whole).substr(0, length));
      const auto reason = refusal(file);
      CAPTURE(std::string(reason));
      const bool is_named = reason == "it is empty" || reason == "it is not a shared library"
                            || reason.starts_with("it is cut short or damaged: ");
      CHECK(is_named);
    }
  }
}

TEST_CASE("a header that lies about the tables is refused without reading past the end")
{
  const ScratchFolder folder;
  const auto whole = read_file(k_plugins / "test_c11.so");
  const auto with = [&](auto change) {
    std::string bytes = whole;
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    change(header, bytes);
    std::memcpy(bytes.data(), &header, sizeof header);
    write_file(folder / "changed.so", bytes);
    return refusal(folder / "changed.so");
  };
  const std::string cut = "it is cut short or damaged: ";
  CHECK(with([](auto& h, auto&) { h.e_shoff = ~std::uint64_t{0} - 8; }).starts_with(cut));
  CHECK(with([](auto& h, auto&) { h.e_phoff = ~std::uint64_t{0} - 8; }).starts_with(cut));
  CHECK(with([](auto& h, auto&) { h.e_phnum = 0xfffe; }).starts_with(cut));
  CHECK(with([](auto& h, auto&) { h.e_phnum = 0; }).starts_with(cut));
  CHECK(with([](auto& h, auto&) { h.e_shentsize = 1; }).starts_with(cut));
  CHECK(with([](auto& h, auto&) { h.e_shnum = 0; })
        == "it has no section table, so its symbols cannot be read");
  CHECK(with([](auto& h, auto&) { h.e_shstrndx = 0x7fff; })
        == "it has no section table, so its symbols cannot be read");
  CHECK(with([](auto& h, auto&) { h.e_type = ET_REL; })
        == "it is an ELF file, but not a shared library");
  CHECK(
    with([](auto& h, auto&) {
      h.e_machine = EM_SPARC;
    }).starts_with("it was built for another kind of machine (ELF machine 2; this limn is for "));
  CHECK(with([](auto& h, auto&) {
          h.e_ident[EI_CLASS] = ELFCLASS32;
        }).starts_with("it was built for another kind of machine"));
  CHECK(with([](auto& h, auto& bytes) {
          Elf64_Shdr section;
          auto* at = bytes.data() + h.e_shoff + sizeof section;
          std::memcpy(&section, at, sizeof section);
          section.sh_size = ~std::uint64_t{0} - 100;
          std::memcpy(at, &section, sizeof section);
        }).starts_with(cut));
}

TEST_CASE("what is not a library is refused in plain words")
{
  const ScratchFolder folder;
  write_file(folder / "text.so",
             "This is not a library at all, but a text of more bytes than the header of one has.");
  write_file(folder / "empty.so", "");
  write_file(folder / "name.txt", "x");
  fs::create_directory(folder / "folder.so");
  fs::create_symlink(folder / "gone", folder / "dangling.so");
  REQUIRE(::mkfifo((folder / "pipe.so").c_str(), 0600) == 0);

  CHECK(refusal(folder / "text.so") == "it is not a shared library");
  CHECK(refusal(folder / "empty.so") == "it is empty");
  CHECK(refusal(folder / "name.txt") == "its name does not end in .so");
  CHECK(refusal(folder / "folder.so") == "it is a folder, not a file");
  CHECK(refusal(folder / "dangling.so") == "it is a link to a file that is not there");
  CHECK(refusal(folder / "pipe.so") == "it is not a regular file");
  CHECK(refusal(folder / "absent.so") == "there is no such file");
  CHECK(refusal("relative.so") == "its path is not absolute");
}

TEST_CASE("a link to a plugin is followed")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "real/sound.so");
  fs::create_symlink(folder / "real/sound.so", folder / "link.so");
  CHECK(refusal(folder / "link.so") == "loaded");
}

TEST_CASE("a library that others can write is refused with the command that helps")
{
  const ScratchFolder folder;
  const auto file = install_broken(folder, "sound");
  for (const ::mode_t mode : {0620, 0602, 0666}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto loaded = load(file);
    REQUIRE(!loaded);
    CHECK(loaded.error().message == "other users may write to " + file.string());
    CHECK(loaded.error().hint == "chmod go-w '" + file.string() + "'");
  }
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(refusal(file) == "loaded");
}

TEST_CASE("a folder that everyone can write is refused unless it is sticky, also behind a link")
{
  const ScratchFolder folder;
  const auto file = install(k_broken_plugins / "sound.so", folder / "open/sound.so");
  fs::create_symlink(file, folder / "link.so");
  const auto reason =
    "everyone may write to the folder " + (folder / "open").string() + ", and it is not sticky";
  REQUIRE(::chmod((folder / "open").c_str(), 0777) == 0);
  CHECK(refusal(file) == reason);
  CHECK(refusal(folder / "link.so") == reason);
  REQUIRE(::chmod((folder / "open").c_str(), 01777) == 0);
  CHECK(refusal(file) == "loaded");
  CHECK(refusal(folder / "link.so") == "loaded");
}

TEST_CASE("only root and the user of this process are trusted owners")
{
  struct ::stat status {
  };
  status.st_mode = S_IFREG | 0644;
  status.st_uid = ::geteuid();
  CHECK(require_trusted_file("/a", status));
  status.st_uid = 0;
  CHECK(require_trusted_file("/a", status));
  status.st_uid = ::geteuid() + 12345;
  const auto refused = require_trusted_file("/a", status);
  REQUIRE(!refused);
  CHECK(refused.error().message
        == "/a belongs to another user (uid " + std::to_string(status.st_uid) + ")");
}
