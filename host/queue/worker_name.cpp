#include "queue/worker_name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <random>

namespace limn {

std::string name_of_worker()
{
  std::array<char, 256> host{};
  static_cast<void>(::gethostname(host.data(), host.size() - 1));
  std::random_device random;
  return fmt::format("{}/{}/{:08x}{:08x}", host.data(), ::getpid(), random(), random());
}

} // namespace limn
