#include "http_server/send_queue.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_pieces = 64; // in one call
constexpr std::size_t k_bytes_at_once = 1U << 20U;

} // namespace

void SendQueue::push(std::shared_ptr<const std::string> bytes)
{
  if (!bytes->empty()) {
    m_size += bytes->size();
    m_waiting.push_back(std::move(bytes));
  }
}

void SendQueue::clear()
{
  m_waiting.clear();
  m_begin = 0;
  m_size = 0;
}

SendQueue::Sent SendQueue::send(int socket)
{
  for (std::size_t sent = 0; !m_waiting.empty() && sent < k_bytes_at_once;) {
    std::array<iovec, k_pieces> pieces{};
    const auto count = std::min(pieces.size(), m_waiting.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& bytes = *m_waiting[i];
      const auto begin = i == 0 ? m_begin : 0;
      pieces[i] = {const_cast<char*>(bytes.data() + begin), bytes.size() - begin}; // only read
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto taken = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && errno == EINTR) {
      continue;
    }
    if (taken < 0) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::some : Sent::failed;
    }
    drop(static_cast<std::size_t>(taken));
    sent += static_cast<std::size_t>(taken);
  }
  return m_waiting.empty() ? Sent::all : Sent::some;
}

void SendQueue::drop(std::size_t count)
{
  m_size -= count;
  for (m_begin += count; !m_waiting.empty() && m_begin >= m_waiting.front()->size();) {
    m_begin -= m_waiting.front()->size();
    m_waiting.pop_front();
  }
}

} // namespace limn
