#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace limn {

// What a client sends back with its user's answer, so that nobody has to remember the question:
// that this process asked it, of this tool with these arguments, and not too long ago. Another
// process has another key, and takes none of it.
//
// `arguments` is a JSON object; the order of members in it does not matter.
class RequestStates
{
public:
  using Clock = std::chrono::steady_clock;

  // How long a user may think.
  static constexpr std::chrono::minutes k_lasts{30};

  RequestStates();

  std::string make(std::string_view tool, std::string_view arguments, Clock::time_point now) const;

  bool is_ours(std::string_view state, std::string_view tool, std::string_view arguments,
               Clock::time_point now) const;

private:
  std::string seal(std::string_view expiry, std::string_view tool,
                   std::string_view arguments) const;

  std::array<std::byte, 32> m_key{};
};

} // namespace limn
