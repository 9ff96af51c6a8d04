#include "output/recovered.hpp"

#include "output/kept.hpp"
#include "output/placing.hpp"

#include <fmt/format.h>

#include <chrono>

namespace limn {

Done Recovered::make() const
{
  LIMN_TRY(make_folder(m_folder));
  std::error_code ignored;
  std::filesystem::permissions(m_folder, std::filesystem::perms::owner_all, ignored);
  return {};
}

Result<std::filesystem::path> Recovered::keep(ImageFile file, std::string_view extension) const
{
  if (file.size() == 0) {
    return fail(FailureClass::not_saved, "nothing had arrived");
  }
  LIMN_TRY(make());
  const auto header = file.inspected();
  if (header) {
    extension = extension_of(header->format);
  }
  const auto stem =
    fmt::format("{}", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  const auto link = [&](ImageFile& from, Sync sync) {
    return link_free_name(from, m_folder, stem, extension, sync);
  };
  if (auto path = link(file, Sync::required)) {
    return path;
  }
  // Another file system, or a full one: a copy, which has room where the target had none. A disk
  // that does not say that it has the bytes may have them all the same: no better place is left.
  auto copy = copied(file, m_folder);
  if (copy) {
    return link(*copy, Sync::attempted);
  }
  auto at_last = link(file, Sync::attempted);
  if (!at_last) {
    return fail(std::move(copy.error()));
  }
  return at_last;
}

Failure Recovered::keep_for(Failure failure, ImageFile file) const
{
  if (const auto kept = keep(std::move(file))) {
    tell_kept(failure, {kept->string()});
  } else {
    failure.message += fmt::format("; it could not be kept: {}", kept.error().message);
  }
  return failure;
}

} // namespace limn
