#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace limn::conformance {

// What a test says of a plugin.
enum class Status { success, failure, warning, skipped };

struct Verdict {
  Status status = Status::success;
  std::string message; // why; empty for a success
};

inline Verdict success()
{
  return {};
}
inline Verdict failure(std::string message)
{
  return {Status::failure, std::move(message)};
}
inline Verdict warning(std::string message)
{
  return {Status::warning, std::move(message)};
}
inline Verdict skipped(std::string message)
{
  return {Status::skipped, std::move(message)};
}

std::string_view to_string(Status status);

} // namespace limn::conformance
