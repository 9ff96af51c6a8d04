#pragma once

#include "base/failure.hpp"

#include <tl/expected.hpp>

namespace limn {

template <typename T>
using Result = tl::expected<T, Failure>;

// What a function returns when it has nothing to return but may fail.
using Done = Result<void>;

inline tl::unexpected<Failure> fail(Failure failure)
{
  return tl::unexpected<Failure>(std::move(failure));
}

inline tl::unexpected<Failure> fail(FailureClass failure_class, std::string message,
                                    std::string hint = {})
{
  return fail(Failure(failure_class, std::move(message), std::move(hint)));
}

} // namespace limn

// Returns the failure of `expression` from the enclosing function, if it has one.
#define LIMN_TRY(expression)                                                                       \
  do {                                                                                             \
    if (auto limn_try_result = (expression); !limn_try_result) {                                   \
      return ::limn::fail(std::move(limn_try_result.error()));                                     \
    }                                                                                              \
  } while (false)

// Like LIMN_TRY, and else gives the value to `target`, which may be a declaration.
#define LIMN_TRY_ASSIGN(target, expression) LIMN_TRY_ASSIGN_(target, expression, __LINE__)
#define LIMN_TRY_ASSIGN_(target, expression, line) LIMN_TRY_ASSIGN_LINE(target, expression, line)
#define LIMN_TRY_ASSIGN_LINE(target, expression, line)                                             \
  auto limn_try_result_##line = (expression);                                                      \
  if (!limn_try_result_##line) {                                                                   \
    return ::limn::fail(std::move(limn_try_result_##line.error()));                                \
  }                                                                                                \
  target = std::move(*limn_try_result_##line)
