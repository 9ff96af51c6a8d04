#include "simulated_world.hpp"

#include "gateway_answers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace limn::test {

namespace {

constexpr std::string_view k_foreign = "a file of another hand";

} // namespace

void World::write_foreign(const std::filesystem::path& file)
{
  std::ofstream(file) << k_foreign;
  foreign.push_back(file);
}

bool World::has_kept_foreign() const
{
  return std::ranges::all_of(foreign, [](const std::filesystem::path& file) {
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {}) == k_foreign;
  });
}

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
