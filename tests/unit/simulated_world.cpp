#include "simulated_world.hpp"

#include "gateway_answers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace limn::test {

std::optional<int> drawing_in(const std::filesystem::path& file)
{
  constexpr std::size_t most = 400;
  std::array<char, most> bytes;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::nullopt;
  }
  const auto count = ::read(descriptor, bytes.data(), bytes.size());
  ::close(descriptor);
  return count > 0 ? mark_of({bytes.data(), static_cast<std::size_t>(count)}) : std::nullopt;
}

} // namespace limn::test
