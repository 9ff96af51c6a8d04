#pragma once

#include "base/descriptor.hpp"
#include "loop/loop.hpp"
#include "run_until.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace limn::test {

// A connection to a server, and whether there is one: an address in numbers, or the path of a unix
// socket.
Descriptor connected_to(const std::string& address, std::uint16_t port);
Descriptor connected_to(const std::string& path);

// A connection to 127.0.0.1 on the loop of the server that it talks to: says bytes, keeps bytes.
class RawClient
{
public:
  enum class Reading { at_once, not_yet };

  RawClient(Loop& loop, std::uint16_t port, Reading reading = Reading::at_once);

  // Over a connection that stands already.
  RawClient(Loop& loop, Descriptor socket, Reading reading = Reading::at_once);

  // The kernel takes all of it, or the rest as it has room.
  void say(std::string_view bytes);
  void end_saying(); // half of the connection
  void go();         // all of it
  void begin_reading() { m_watch.change(Events::readable); }

  // Turns the loop until `text` stands in what was heard; gives that and forgets all up to its end.
  std::string hear(std::string_view text);
  // The same until the server closes the connection.
  std::string hear_all();

  bool is_closed() const { return m_is_closed; }
  bool was_reset() const { return m_was_reset; }
  const std::string& heard() const { return m_heard; }

  int descriptor() const { return m_socket.number(); }

private:
  void on_ready();

  Loop& m_loop;
  Descriptor m_socket;
  Watch m_watch;
  std::string m_heard;
  bool m_is_closed = false;
  bool m_was_reset = false;
};

} // namespace limn::test
