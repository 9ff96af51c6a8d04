#pragma once

#include <string>
#include <string_view>

namespace limn {

// A credential. It has no way into a stream or a format string, and its memory is wiped when it
// goes.
class Secret
{
public:
  Secret() = default;
  explicit Secret(std::string_view value);
  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const { return m_value.empty(); }
  bool operator==(const Secret& other) const { return m_value == other.m_value; }

  // The credential itself, for the one place that sends it. Borrowed from this object.
  std::string_view reveal() const { return m_value; }

private:
  void wipe() noexcept;

  std::string m_value;
};

// Overwrites the text's memory with zeros, in a way that is not optimised away, and empties it.
void wipe(std::string& text) noexcept;

} // namespace limn
