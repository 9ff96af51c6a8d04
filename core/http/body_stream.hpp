#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace limn {

// A body that is made while it is sent. Called from the loop's thread.
class BodyStream
{
public:
  enum class Next { some, later, end };

  struct Piece {
    Next next = Next::end;
    std::size_t size = 0; // bytes, with `some`
  };

  virtual ~BodyStream() = default;

  // Its whole size; nothing: it is told by its end.
  virtual std::optional<std::uint64_t> size() const = 0;

  // The next bytes into that room, as many as are there. Later: Transport::more_to_send tells.
  virtual Piece read(std::span<char> into) = 0;
};

} // namespace limn
