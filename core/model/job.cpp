#include "model/job.hpp"

#include <charconv>

namespace limn {

std::optional<Size> parse_size(std::string_view text)
{
  const auto number = [](std::string_view digits) -> std::optional<int> {
    int value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || stop != end || value < 1 || value > 99999) {
      return std::nullopt;
    }
    return value;
  };
  const auto x = text.find('x');
  if (x == std::string_view::npos) {
    return std::nullopt;
  }
  const auto width = number(text.substr(0, x));
  const auto height = number(text.substr(x + 1));
  if (!width || !height) {
    return std::nullopt;
  }
  return Size{*width, *height};
}

std::string to_string(Size size)
{
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

} // namespace limn
