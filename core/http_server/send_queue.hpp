#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace limn {

// Bytes on their way to a socket. Big ones are shared, never copied.
class SendQueue
{
public:
  enum class Sent { all, some, failed };

  void push(std::shared_ptr<const std::string> bytes);
  void push(std::string bytes) { push(std::make_shared<const std::string>(std::move(bytes))); }

  bool empty() const { return m_waiting.empty(); }
  std::uint64_t size() const { return m_size; } // in bytes
  void clear();

  // Sends what the kernel takes at once, a megabyte or little more at most: others want their turn.
  Sent send(int socket);

private:
  void drop(std::size_t count);

  std::deque<std::shared_ptr<const std::string>> m_waiting;
  std::size_t m_begin = 0; // in the first of them
  std::uint64_t m_size = 0;
};

} // namespace limn
