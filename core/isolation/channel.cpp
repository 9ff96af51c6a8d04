#include "isolation/channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace limn {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t k_piece = 1024 * 1024;

bool is_again(int error)
{
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

Channel::State Channel::send(std::string_view message, Patience& patience)
{
  while (!message.empty()) {
    const auto sent =
      ::send(m_line.number(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      message.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (!is_again(errno)) {
      return State::closed;
    }
    if (const auto state = wait(POLLOUT, patience); state != State::done) {
      return state;
    }
  }
  return State::done;
}

Channel::State Channel::receive(std::string& message, std::size_t longest, Patience& patience)
{
  std::uint32_t length = 0;
  if (const auto state = receive_exactly(reinterpret_cast<char*>(&length), sizeof length, patience);
      state != State::done) {
    return state;
  }
  if (length > longest) {
    return State::too_long;
  }
  message.clear();
  while (message.size() < length) {
    const auto before = message.size();
    const auto piece = std::min(k_piece, length - before);
    message.resize(before + piece);
    if (const auto state = receive_exactly(message.data() + before, piece, patience);
        state != State::done) {
      return state;
    }
  }
  return State::done;
}

Channel::State Channel::receive_exactly(char* bytes, std::size_t count, Patience& patience)
{
  while (count > 0) {
    const auto received = ::recv(m_line.number(), bytes, count, MSG_DONTWAIT);
    if (received > 0) {
      bytes += received;
      count -= static_cast<std::size_t>(received);
      continue;
    }
    if (received == 0 || !is_again(errno)) {
      return State::closed;
    }
    if (const auto state = wait(POLLIN, patience); state != State::done) {
      return state;
    }
  }
  return State::done;
}

// The other side closing its end is an event, too.
Channel::State Channel::wait(short events, Patience& patience) const
{
  const auto start = Clock::now();
  pollfd waiting{m_line.number(), events, 0};
  const auto left = patience ? std::chrono::ceil<std::chrono::milliseconds>(*patience).count() : -1;
  if (patience && left <= 0) {
    return State::too_late;
  }
  const int ready = ::poll(&waiting, 1, static_cast<int>(left));
  if (patience) {
    *patience -= Clock::now() - start;
  }
  return ready == 0 ? State::too_late : ready > 0 || errno == EINTR ? State::done : State::closed;
}

} // namespace limn
