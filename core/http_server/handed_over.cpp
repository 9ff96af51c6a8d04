#include "http_server/handed_over.hpp"

#include <charconv>
#include <optional>

namespace limn {

namespace {

constexpr int k_first_descriptor = 3;
constexpr int k_most_descriptors = 1024; // nobody listens at more

std::optional<int> whole_number(std::string_view text)
{
  int number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

} // namespace

std::vector<int> handed_over_descriptors(std::string_view listen_pid, std::string_view listen_fds,
                                         pid_t own)
{
  const auto count = whole_number(listen_fds);
  std::vector<int> descriptors;
  if (whole_number(listen_pid) != own || !count || *count > k_most_descriptors) {
    return descriptors;
  }
  for (int i = 0; i < *count; ++i) {
    descriptors.push_back(k_first_descriptor + i);
  }
  return descriptors;
}

} // namespace limn
