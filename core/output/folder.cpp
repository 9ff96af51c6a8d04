#include "output/folder.hpp"

#include "base/ascii.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace limn {

namespace {

constexpr int k_most_names = 999'999; // a name has room for its digits

} // namespace

Done make_folder(const std::filesystem::path& folder)
{
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(FailureClass::not_saved,
                fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                "choose another with -d DIR or -o FILE");
  }
  return {};
}

int free_number(int from, const std::function<bool(int)>& is_taken)
{
  constexpr int k_one_by_one = 10; // so far a gap is filled
  int taken = from - 1;
  int free = from;
  for (int step = 1; free <= k_most_names && is_taken(free); free = taken + step) {
    taken = free;
    step = free < k_one_by_one ? 1 : 2 * step;
  }
  while (free - taken > 1) {
    const int middle = taken + (free - taken) / 2;
    (is_taken(middle) ? taken : free) = middle;
  }
  return free;
}

Result<std::filesystem::path>
first_free_name(const std::filesystem::path& folder, std::string_view stem,
                std::string_view extension,
                const std::function<Result<bool>(const std::filesystem::path&)>& take)
{
  const auto path_of = [&](int number) {
    return folder
           / (number == 1 ? fmt::format("{}.{}", stem, extension)
                          : fmt::format("{}-{}.{}", stem, number, extension));
  };
  const auto is_taken = [&](int number) {
    struct stat status {
    };
    return ::lstat(path_of(number).c_str(), &status) == 0;
  };
  for (int number = free_number(1, is_taken); number <= k_most_names;
       number = free_number(number + 1, is_taken)) {
    const auto path = path_of(number);
    LIMN_TRY_ASSIGN(const bool is_ours, take(path));
    if (is_ours) {
      return path;
    }
  }
  return fail(FailureClass::not_saved,
              fmt::format("all names like {}-N.{} are taken", stem, extension));
}

std::string stem_of(const std::string& file_name)
{
  const std::filesystem::path path(file_name);
  constexpr std::array<std::string_view, 8> known{".png", ".jpg",  ".jpeg", ".webp",
                                                  ".gif", ".avif", ".heic", ".svg"};
  const auto extension = ascii_lower(path.extension().native());
  for (const auto one : known) {
    if (extension == one) {
      return path.stem().string();
    }
  }
  return file_name;
}

// The rename comes first because it leaves one name at every moment; link and unlink, for the file
// systems that cannot refuse to replace, may leave two behind.
bool rename_to_free(const std::filesystem::path& from, const std::filesystem::path& to) noexcept
{
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if ((errno != EINVAL && errno != ENOSYS) || ::link(from.c_str(), to.c_str()) != 0) {
    return false;
  }
  ::unlink(from.c_str());
  return true;
}

void sync_folder(const std::filesystem::path& folder) noexcept
{
  if (const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
}

} // namespace limn
