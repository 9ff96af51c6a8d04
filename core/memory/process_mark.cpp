#include "memory/process_mark.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace limn {

namespace {

std::string first_line(const std::string& file)
{
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// "PID START BOOT": when it began, in ticks since the machine did, and since which start of that.
// Empty if there is no such process.
std::string mark_of(std::string_view process)
{
  const auto status = first_line(fmt::format("/proc/{}/stat", process));
  const auto name_end = status.rfind(')'); // a name may hold blanks and parentheses
  if (name_end == std::string::npos) {
    return {};
  }
  constexpr int k_fields_before = 20; // from the state on, the third, to the start, the 22nd
  std::istringstream fields(status.substr(name_end + 1));
  std::string field;
  for (int i = 0; i < k_fields_before; ++i) {
    fields >> field;
  }
  constexpr std::string_view zombie = " Z";
  if (status.compare(name_end + 1, zombie.size(), zombie) == 0) {
    return {};
  }
  return fmt::format("{} {} {}", process, field, first_line("/proc/sys/kernel/random/boot_id"));
}

} // namespace

std::string own_process_mark()
{
  static const auto mark = mark_of(std::to_string(::getpid()));
  return mark;
}

bool is_alive(std::string_view process_mark)
{
  return !process_mark.empty()
         && mark_of(process_mark.substr(0, process_mark.find(' '))) == process_mark;
}

} // namespace limn
