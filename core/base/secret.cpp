#include "base/secret.hpp"

#include <cstring>
#include <utility>

namespace limn {

void wipe(std::string& text) noexcept
{
  // Up to the capacity: what a longer value left behind it goes too. Growing to the capacity never
  // allocates.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string_view value) : m_value(value) {}

Secret::Secret(const Secret& other) = default;

// A short string moves by copy: the source keeps its bytes unless they are wiped.
Secret::Secret(Secret&& other) noexcept : m_value(std::move(other.m_value))
{
  other.wipe();
}

Secret& Secret::operator=(const Secret& other)
{
  if (this != &other) {
    wipe();
    m_value = other.m_value;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept
{
  if (this != &other) {
    wipe();
    m_value = std::move(other.m_value);
    other.wipe();
  }
  return *this;
}

Secret::~Secret()
{
  wipe();
}

void Secret::wipe() noexcept
{
  limn::wipe(m_value);
}

} // namespace limn
