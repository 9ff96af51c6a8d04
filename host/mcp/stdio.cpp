#include "mcp/stdio.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_read_at_once = 64 * 1024;
constexpr std::size_t k_socket_write = 256 * 1024;

// To write what was said to a client that goes.
constexpr std::chrono::seconds k_grace{1};

bool is_ready(int descriptor, short events)
{
  pollfd end{descriptor, events, 0};
  return ::poll(&end, 1, 0) == 1;
}

} // namespace

McpStdio::McpStdio(Loop& loop, McpServer& server, Ends ends, std::function<void()> ended)
  : m_loop(loop), m_ends(ends), m_ended(std::move(ended)), m_in_kind(kind_of(ends.in)),
    m_out_kind(kind_of(ends.out)), m_room(k_read_at_once),
    m_peer(std::make_unique<McpPeer>(server, McpPeerOptions(),
                                     [this](const McpMessage& message) { take_message(message); }))
{
  if (m_in_kind == Kind::always_ready) {
    go_on_later();
  } else {
    m_in_watch = m_loop.watch(m_ends.in, Events::readable, [this](Events) { go_on(); });
  }
  if (m_out_kind != Kind::always_ready) {
    m_out_watch = m_loop.watch(m_ends.out, idle(), [this](Events events) { on_out(events); });
  }
}

void McpStdio::close()
{
  if (m_state != State::open) {
    return;
  }
  m_state = State::closing;
  m_in_watch.end();
  m_grace = m_loop.after(k_grace, [this] { finish(); });
  m_loop.post([this, alive = std::weak_ptr(m_alive)] { // the peer may be who calls
    if (!alive.expired() && m_state == State::closing) {
      m_peer.reset();
      write();
    }
  });
}

// epoll takes no file and no /dev/null: there is nothing to wait for.
McpStdio::Kind McpStdio::kind_of(int descriptor)
{
  struct stat status {
  };
  if (::fstat(descriptor, &status) != 0) {
    return Kind::always_ready;
  }
  return S_ISFIFO(status.st_mode)    ? Kind::pipe
         : S_ISSOCK(status.st_mode)  ? Kind::socket
         : ::isatty(descriptor) == 1 ? Kind::terminal
                                     : Kind::always_ready;
}

// A pipe whose reader has gone is ready for that, whatever it is watched for; others may be for
// what only somebody who reads there could take.
Events McpStdio::idle() const
{
  return m_out_kind == Kind::pipe ? Events::readable : Events::none;
}

void McpStdio::on_out(Events events)
{
  if (has(events, Events::writable)) {
    write();
  } else if (is_ready(m_ends.out, 0)) {
    finish();
  } else {
    m_out_watch.change(Events::none);
  }
}

void McpStdio::go_on()
{
  if (m_state != State::open) {
    return;
  }
  if (!m_is_held) {
    read();
  }
  take_lines();
}

void McpStdio::go_on_later()
{
  if (std::exchange(m_goes_on_later, true)) {
    return;
  }
  m_loop.post([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      m_goes_on_later = false;
      go_on();
    }
  });
}

void McpStdio::read()
{
  if (m_in_kind != Kind::always_ready && !is_ready(m_ends.in, POLLIN)) {
    return;
  }
  const auto size = ::read(m_ends.in, m_room.data(), m_room.size());
  if (size > 0) {
    m_lines.feed({m_room.data(), static_cast<std::size_t>(size)});
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    m_lines.end();
    m_is_at_end = true;
    m_in_watch.end();
  }
}

// What is there, as long as what is said to it is taken.
void McpStdio::take_lines()
{
  m_is_taking = true;
  auto next = LineReader::Next::line;
  while (m_state == State::open && next != LineReader::Next::none && waiting() <= k_most_waiting) {
    std::string_view line;
    next = m_lines.next(line);
    if (next == LineReader::Next::too_long) {
      m_peer->refuse_long(k_longest_line);
    } else if (line.find_first_not_of(" \t") != std::string_view::npos
               && next == LineReader::Next::line) {
      m_peer->receive(line);
    }
    if (next == LineReader::Next::none || waiting() > k_most_waiting) {
      write();
    }
  }
  m_is_taking = false;
  m_is_held = waiting() > k_most_waiting;
  if (m_state != State::open) {
    return;
  }
  if (m_is_at_end && !m_is_held) {
    close();
  } else if (m_in_kind != Kind::always_ready && !m_is_at_end) {
    m_in_watch.change(m_is_held ? Events::none : Events::readable);
  } else if (!m_is_held) {
    go_on_later();
  }
}

void McpStdio::take_message(const McpMessage& message)
{
  // A client that does not read is not told how far things are, so that this has an end.
  if (message.kind == McpMessage::Kind::notification && waiting() > k_most_waiting) {
    return;
  }
  m_out += message.text;
  m_out += '\n';
  if (!m_is_taking) {
    write();
  }
}

void McpStdio::write()
{
  while (waiting() > 0 && m_state != State::ended && write_some()) {
  }
  if (m_state == State::ended) {
    return;
  }
  if (waiting() == 0) {
    m_out.clear();
    m_written = 0;
    if (m_state == State::closing) {
      return finish();
    }
  } else if (m_written > m_out.size() / 2) {
    m_out.erase(0, std::exchange(m_written, 0));
  }
  if (m_out_kind != Kind::always_ready) {
    m_out_watch.change(waiting() > 0 ? Events::writable : idle());
  }
  if (m_is_held && !m_is_taking && waiting() <= k_most_waiting) {
    go_on_later();
  }
}

// False: nothing more is taken for now, or ever.
bool McpStdio::write_some()
{
  const std::string_view rest = std::string_view(m_out).substr(m_written);
  ssize_t size = 0;
  if (m_out_kind == Kind::socket) {
    size = ::send(m_ends.out, rest.data(), std::min(rest.size(), k_socket_write),
                  MSG_DONTWAIT | MSG_NOSIGNAL);
  } else if (m_out_kind == Kind::always_ready) {
    size = ::write(m_ends.out, rest.data(), rest.size());
  } else if (!is_ready(m_ends.out, POLLOUT)) {
    return false;
  } else {
    // What is ready takes that much without waiting, whether or not it would wait for more.
    size = ::write(m_ends.out, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
  }
  if (size > 0) {
    m_written += static_cast<std::size_t>(size);
    return true;
  }
  if (size < 0 && errno == EINTR) {
    return true;
  }
  if (size < 0 && errno != EAGAIN) {
    finish();
  }
  return false;
}

// Called from the loop, or from within what may go on: `ended` comes later.
void McpStdio::finish()
{
  if (std::exchange(m_state, State::ended) == State::ended) {
    return;
  }
  m_in_watch.end();
  m_out_watch.end();
  m_grace.cancel();
  m_loop.post([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      m_peer.reset();
      m_ended();
    }
  });
}

} // namespace limn
