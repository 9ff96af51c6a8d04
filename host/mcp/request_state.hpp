#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

  // `terms` has no dot in it.
  std::string make(std::string_view tool, std::string_view arguments, std::string_view terms,
                   Clock::time_point now);

  // The terms of one that is ours; nothing if it is not.
  std::optional<std::string> terms_of(std::string_view state, std::string_view tool,
                                      std::string_view arguments, Clock::time_point now) const;

  // True once for each: one yes is for one call.
  bool use(std::string_view state);

private:
  std::string seal(std::string_view told, std::string_view tool, std::string_view arguments) const;

  std::array<std::byte, 32> m_key{};
  std::uint64_t m_last = 0;                          // number of a question
  std::map<std::uint64_t, Clock::time_point> m_open; // questions without an answer, and their ends
};

} // namespace limn
