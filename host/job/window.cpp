#include "job/window.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace limn {

std::optional<int> terminal_columns(int descriptor)
{
  constexpr int k_widest = 10'000;
  if (::isatty(descriptor) != 1) {
    return std::nullopt;
  }
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  const char* variable = std::getenv("COLUMNS");
  const std::string_view told = variable != nullptr ? variable : "";
  int number = 0;
  std::from_chars(told.data(), told.data() + told.size(), number);
  return number > 0 && number < k_widest ? number : k_usual_columns;
}

} // namespace limn
