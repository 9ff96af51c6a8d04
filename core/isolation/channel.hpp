#pragma once

#include "base/descriptor.hpp"
#include "isolation/wire.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace limn {

// One end of the line between limn and an isolated plugin.
class Channel
{
public:
  enum class State { done, closed, too_late, too_long };

  explicit Channel(Descriptor line) : m_line(std::move(line)) {}

  // How long to wait for the other side; nothing: for ever. What passes while nobody waits does not
  // count.
  using Patience = std::optional<std::chrono::nanoseconds>;

  // `message` is what a MessageWriter gave. `patience` is what is left of it afterwards.
  State send(std::string_view message, Patience& patience);

  // The next message, without its length. Its memory grows only with what has come.
  State receive(std::string& message, std::size_t longest, Patience& patience);

private:
  State wait(short events, Patience& patience) const;
  State receive_exactly(char* bytes, std::size_t count, Patience& patience);

  Descriptor m_line;
};

} // namespace limn
