#include "job/step_text.hpp"

#include <fmt/format.h>

namespace limn {

std::string verifying_text(const Gateway& gateway)
{
  return fmt::format("{} · looking for the model", gateway.name);
}

std::string started_text(const Attempt& attempt)
{
  return fmt::format("{} · {} · {} · {}", attempt.gateway, attempt.provider, attempt.model,
                     attempt.size.empty() ? "no size" : attempt.size);
}

std::string failed_text(const Attempt& attempt)
{
  return fmt::format("{} · {} · {}: {}", attempt.gateway, attempt.provider,
                     to_string(attempt.failure->failure_class), attempt.failure->message);
}

} // namespace limn
