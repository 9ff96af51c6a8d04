#include "model/attempt.hpp"

#include <algorithm>

namespace limn {

bool may_be_lost(std::span<const Attempt> attempts)
{
  return std::any_of(attempts.begin(), attempts.end(), [](const Attempt& attempt) {
    return attempt.failure && attempt.may_have_cost;
  });
}

} // namespace limn
