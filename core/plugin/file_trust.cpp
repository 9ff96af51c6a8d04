#include "plugin/file_trust.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace limn {

Done require_trusted_file(const std::filesystem::path& file, const struct ::stat& status)
{
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return fail(FailureClass::settings,
                fmt::format("{} belongs to another user (uid {})", file.string(), status.st_uid),
                "make a copy that belongs to you or to root");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(FailureClass::settings, fmt::format("other users may write to {}", file.string()),
                fmt::format("chmod go-w '{}'", file.string()));
  }
  return {};
}

Done require_trusted_folder(const std::filesystem::path& folder, const struct ::stat& status)
{
  if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
    return fail(
      FailureClass::settings,
      fmt::format("everyone may write to the folder {}, and it is not sticky", folder.string()),
      fmt::format("chmod o-w '{}'", folder.string()));
  }
  return {};
}

} // namespace limn
