#include "batch/open_files.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace limn {

namespace {

constexpr rlim_t k_for_the_rest = 64;    // plugins, the manifest, pipes
constexpr rlim_t k_for_an_image = 2;     // its connection and its file
constexpr rlim_t k_for_a_job = 1;        // a file of its own to read from
constexpr int k_most_images_at_once = 8; // of a job, as the engine asks for them

} // namespace

Done allow_open_files(int jobs, int images)
{
  const auto count = static_cast<rlim_t>(jobs);
  const auto at_once = static_cast<rlim_t>(std::clamp(images, 1, k_most_images_at_once));
  const auto least = k_for_the_rest + count * (k_for_a_job + k_for_an_image);
  const auto wanted = k_for_the_rest + count * (k_for_a_job + k_for_an_image * at_once);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
    return {};
  }
  if (limit.rlim_max < least) {
    return fail(FailureClass::usage,
                fmt::format("--jobs {} needs {} open files, and the system allows {}", jobs, least,
                            limit.rlim_max),
                fmt::format("give --jobs {}, or let root raise the limit: ulimit -Hn {}",
                            limit.rlim_max <= k_for_the_rest + k_for_a_job + k_for_an_image
                              ? rlim_t{1}
                              : (limit.rlim_max - k_for_the_rest) / (k_for_a_job + k_for_an_image),
                            least));
  }
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return {};
}

} // namespace limn
