#include "base/jitter.hpp"

#include <random>

namespace limn {

std::chrono::milliseconds with_jitter(std::chrono::milliseconds time)
{
  std::random_device random;
  return time + std::chrono::milliseconds(random() % static_cast<unsigned>(time.count() / 2 + 1));
}

} // namespace limn
