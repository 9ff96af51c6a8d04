#include "model/next_step.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<NextStep, std::string_view>, 5> k_names{{
  {NextStep::next_size, "next_size"},
  {NextStep::next_provider, "next_provider"},
  {NextStep::next_gateway, "next_gateway"},
  {NextStep::retry, "retry"},
  {NextStep::stop, "stop"},
}};

} // namespace

std::string_view to_string(NextStep step)
{
  for (const auto& [value, name] : k_names) {
    if (value == step) {
      return name;
    }
  }
  return "stop";
}

std::optional<NextStep> next_step_from(std::string_view name)
{
  for (const auto& [value, text] : k_names) {
    if (text == name) {
      return value;
    }
  }
  return std::nullopt;
}

} // namespace limn
