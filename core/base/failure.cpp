#include "base/failure.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<FailureClass, std::string_view>, 25> k_names{{
  {FailureClass::content, "content"},
  {FailureClass::billing, "billing"},
  {FailureClass::auth, "auth"},
  {FailureClass::access, "access"},
  {FailureClass::model, "model"},
  {FailureClass::endpoint, "endpoint"},
  {FailureClass::size, "size"},
  {FailureClass::parameter, "parameter"},
  {FailureClass::invalid_request, "invalid_request"},
  {FailureClass::rate_limited, "rate_limited"},
  {FailureClass::server, "server"},
  {FailureClass::unreachable, "unreachable"},
  {FailureClass::tls, "tls"},
  {FailureClass::outcome_unknown, "outcome_unknown"},
  {FailureClass::no_image, "no_image"},
  {FailureClass::bad_image, "bad_image"},
  {FailureClass::cancelled, "cancelled"},
  {FailureClass::not_saved, "not_saved"},
  {FailureClass::internal, "internal"},
  {FailureClass::settings, "settings"},
  {FailureClass::not_found, "not_found"},
  {FailureClass::unsupported, "unsupported"},
  {FailureClass::usage, "usage"},
  {FailureClass::no_gateway, "no_gateway"},
  {FailureClass::unclear, "unclear"},
}};

} // namespace

std::string_view to_string(FailureClass failure_class)
{
  for (const auto& [value, name] : k_names) {
    if (value == failure_class) {
      return name;
    }
  }
  return "internal";
}

std::optional<FailureClass> failure_class_from(std::string_view name)
{
  for (const auto& [value, text] : k_names) {
    if (text == name) {
      return value;
    }
  }
  return std::nullopt;
}

} // namespace limn
