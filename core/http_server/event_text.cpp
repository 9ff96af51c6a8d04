#include "http_server/event_text.hpp"

namespace limn {

std::string event_text(std::string_view name, std::string_view data)
{
  std::string text;
  if (name = name.substr(0, name.find_first_of("\r\n")); !name.empty()) {
    text.append("event: ").append(name).append("\n");
  }
  for (bool goes_on = true; goes_on;) {
    const auto end = data.find_first_of("\r\n");
    text.append("data: ").append(data.substr(0, end)).append("\n");
    goes_on = end != std::string_view::npos;
    if (goes_on) {
      data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
    }
  }
  return text + "\n";
}

} // namespace limn
