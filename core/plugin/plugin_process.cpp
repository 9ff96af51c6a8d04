#include "plugin/plugin_process.hpp"

#include <fmt/format.h>

namespace limn {

Failure failure_of_trouble(std::string_view who, std::string_view trouble)
{
  return {FailureClass::internal, fmt::format("{} {}", who, trouble),
          "This is a fault of the plugin, not of your setup: look for a newer version of it, or "
          "take it out."};
}

} // namespace limn
