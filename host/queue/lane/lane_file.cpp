#include "queue/lane/lane_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace limn {

namespace {

Failure lane_file_failure(const std::filesystem::path& folder, int error)
{
  return {FailureClass::not_saved, fmt::format("no file for a batch in {}: {}", folder.string(),
                                               std::generic_category().message(error))};
}

} // namespace

Result<LaneFile> LaneFile::create(const std::filesystem::path& folder)
{
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) { // a file system that has none without a name
    auto name = (folder / ".limn-batch-XXXXXX").string();
    file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) {
      return fail(lane_file_failure(folder, errno));
    }
    ::unlink(name.c_str());
  }
  return LaneFile(std::move(file));
}

Done LaneFile::append(std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto written =
      ::pwrite(m_file.number(), bytes.data(), bytes.size(), static_cast<off_t>(m_size));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return fail(lane_file_failure("the state folder", errno));
    }
    m_size += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string_view> LaneFile::read(std::uint64_t offset, std::span<char> into) const
{
  while (true) {
    const auto got = ::pread(m_file.number(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got >= 0) {
      return std::string_view(into.data(), static_cast<std::size_t>(got));
    }
    if (errno != EINTR) {
      return fail(lane_file_failure("the state folder", errno));
    }
  }
}

std::filesystem::path LaneFile::path() const
{
  return fmt::format("/proc/self/fd/{}", m_file.number());
}

} // namespace limn
