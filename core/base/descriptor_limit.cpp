#include "base/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace limn {

std::uint64_t raise_descriptor_limit(std::uint64_t wanted)
{
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return 0;
  }
  const rlimit raised{std::min<rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
  const bool is_raised =
    raised.rlim_cur > limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
  return is_raised ? raised.rlim_cur : limit.rlim_cur;
}

} // namespace limn
