#include "plugin/file_service.hpp"

#include "base/descriptor.hpp"
#include "base/secret.hpp"
#include "plugin/file_trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace limn {

namespace {

namespace fs = std::filesystem;

// Of whatever a plugin asks for, no more than this is read.
constexpr std::size_t k_max_file = 64 * 1024 * 1024;
constexpr std::size_t k_chunk = 4 * 1024; // of what has grown meanwhile
constexpr std::size_t k_most_names = 256;

Failure not_found(std::string_view path)
{
  return {FailureClass::not_found, fmt::format("there is no file {}", path)};
}

Result<fs::path> expand(std::string_view path)
{
  if (path.find('\0') != std::string_view::npos) {
    return fail(FailureClass::settings, "a path with a NUL byte in it cannot be read");
  }
  if (path.starts_with("~/")) {
    const char* home = ::secure_getenv("HOME");
    if (!home || *home != '/') {
      return fail(not_found(path));
    }
    return fs::path(home) / path.substr(2);
  }
  if (!path.starts_with('/')) {
    return fail(FailureClass::settings,
                fmt::format("{} cannot be read: its path is not absolute", path),
                "give the whole path, or begin it with ~/");
  }
  return fs::path(path);
}

Result<std::string> read_all(int descriptor, const fs::path& file, std::size_t expected,
                             std::size_t max_size)
{
  // Reserved ahead, so that growing leaves no copy of a key behind.
  std::string content;
  content.reserve(expected + k_chunk);
  for (;;) {
    // Most files are what they were expected to be: the second read finds their end.
    const auto size = content.size();
    const auto wanted = size < expected ? expected - size : k_chunk;
    content.resize(size + wanted);
    const auto count = ::read(descriptor, content.data() + size, wanted);
    const auto problem = errno;
    content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) {
      return content;
    }
    if (count < 0 && problem != EINTR) {
      wipe(content);
      return fail(FailureClass::settings,
                  fmt::format("{} cannot be read: {}", file.string(), std::strerror(problem)));
    }
    if (content.size() > max_size) {
      wipe(content);
      return fail(FailureClass::settings,
                  fmt::format("{} has more than {} bytes", file.string(), max_size));
    }
  }
}

} // namespace

Result<std::string> read_trusted_file(std::string_view path, std::size_t max_size)
{
  LIMN_TRY_ASSIGN(const auto file, expand(path));
  max_size = std::min(max_size, k_max_file);
  // A pipe would block without O_NONBLOCK.
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(not_found(path));
    }
    return fail(FailureClass::settings,
                fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno)));
  }
  struct ::stat status {
  };
  if (::fstat(opened.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(FailureClass::settings, fmt::format("{} is not a regular file", file.string()));
  }
  LIMN_TRY(require_trusted_file(file, status));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_size) {
    return fail(FailureClass::settings,
                fmt::format("{} has {} bytes, more than {}", file.string(), size, max_size));
  }
  return read_all(opened.number(), file, size, max_size);
}

Result<std::vector<std::string>> list_folder(std::string_view folder, std::string_view ending)
{
  LIMN_TRY_ASSIGN(const auto place, expand(folder));
  std::error_code problem;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(place, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    std::error_code ignored; // a link that leads nowhere is no file
    auto name = entry->path().filename().string();
    if (!name.starts_with('.') && name.ends_with(ending) && entry->is_regular_file(ignored)) {
      names.push_back(std::move(name));
    }
  }
  if (problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory) {
    return fail({FailureClass::not_found, fmt::format("there is no folder {}", folder)});
  }
  if (problem) {
    return fail(FailureClass::settings,
                fmt::format("the folder {} cannot be read: {}", place.string(), problem.message()));
  }
  std::sort(names.begin(), names.end());
  names.resize(std::min(names.size(), k_most_names));
  return names;
}

} // namespace limn
