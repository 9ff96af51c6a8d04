#include "plugin/loader.hpp"

#include "base/descriptor.hpp"
#include "plugin/elf_check.hpp"
#include "plugin/file_trust.hpp"
#include "plugin/library.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace limn {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_max_library_size = std::uint64_t{1} << 30;
constexpr std::string_view k_entry_prefix = "limn_entry_v";

// The file behind all links.
Result<fs::path> resolve(const fs::path& file)
{
  if (!file.is_absolute()) {
    return fail(FailureClass::settings, "its path is not absolute", "give the whole path");
  }
  if (file.extension() != ".so") {
    return fail(FailureClass::settings, "its name does not end in .so");
  }
  std::error_code error;
  auto real = fs::canonical(file, error);
  if (!error) {
    return real;
  }
  const bool is_link = fs::is_symlink(fs::symlink_status(file, error));
  return fail(FailureClass::settings,
              is_link ? "it is a link to a file that is not there" : "there is no such file");
}

Done check_folder(const fs::path& folder)
{
  struct ::stat status {
  };
  if (::stat(folder.c_str(), &status) != 0) {
    return fail(FailureClass::settings,
                fmt::format("its folder cannot be examined: {}", std::strerror(errno)));
  }
  return require_trusted_folder(folder, status);
}

Done check_file(const fs::path& file)
{
  // A pipe would block without O_NONBLOCK.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct ::stat status {
  };
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) {
    return fail(FailureClass::settings, fmt::format("it cannot be read: {}", std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(FailureClass::settings, S_ISDIR(status.st_mode) ? "it is a folder, not a file"
                                                                : "it is not a regular file");
  }
  LIMN_TRY(require_trusted_file(file, status));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > k_max_library_size) {
    return fail(FailureClass::settings, fmt::format("it has {} bytes, more than a plugin may ({})",
                                                    size, k_max_library_size));
  }
  return require_whole_library(descriptor.number(), size);
}

// The newest contract that the library carries an entry of.
std::optional<int> newest_major(const std::vector<std::string>& symbols)
{
  std::optional<int> newest;
  for (const std::string_view symbol : symbols) {
    if (!symbol.starts_with(k_entry_prefix)) {
      continue;
    }
    const auto digits = symbol.substr(k_entry_prefix.size());
    int major = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), major);
    if (error == std::errc() && end == digits.data() + digits.size()) {
      newest = std::max(newest.value_or(0), major);
    }
  }
  return newest;
}

Done check_entry_symbol(const fs::path& file)
{
  LIMN_TRY_ASSIGN(const auto symbols, exported_symbols(file));
  if (std::ranges::find(symbols, LIMN_ENTRY_SYMBOL) != symbols.end()) {
    return {};
  }
  if (const auto major = newest_major(symbols)) {
    return fail(FailureClass::settings,
                fmt::format("it was made for plugin contract {} ({}{}), and this limn has "
                            "contract {} ({})",
                            *major, k_entry_prefix, *major, LIMN_ABI_MAJOR, LIMN_ENTRY_SYMBOL),
                *major > LIMN_ABI_MAJOR ? "update limn, or get an older version of the plugin"
                                        : "get a newer version of the plugin");
  }
  return fail(FailureClass::settings,
              fmt::format("it is not a limn plugin: it has no symbol {}", LIMN_ENTRY_SYMBOL),
              "build it with limn_add_plugin, or take it out of the plugin folder");
}

// The file behind all links, once nothing speaks against loading it.
Result<fs::path> checked(const fs::path& file)
{
  LIMN_TRY_ASSIGN(fs::path real, resolve(file));
  LIMN_TRY(check_folder(file.parent_path()));
  LIMN_TRY(check_folder(real.parent_path()));
  LIMN_TRY(check_file(real));
  LIMN_TRY(check_entry_symbol(real));
  return real;
}

} // namespace

Result<const limn_entry*> load_plugin(const fs::path& file)
{
  LIMN_TRY_ASSIGN(const fs::path real, checked(file));
  return open_library(real);
}

Done check_plugin_file(const fs::path& file)
{
  return checked(file).map([](const fs::path&) {});
}

} // namespace limn
