#pragma once

#include "loop/loop.hpp"
#include "mcp/line_reader.hpp"
#include "mcp/protocol.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// A client at two descriptors, which nobody else reads or writes: a message a line. Works with
// pipes, sockets, terminals, files and /dev/null, and leaves their flags alone, since they may be
// shared with other processes.
class McpStdio
{
public:
  static constexpr std::size_t k_longest_line = std::size_t{4} << 20U;

  // While more than that waits to be written nothing is read, and no progress told.
  static constexpr std::size_t k_most_waiting = std::size_t{1} << 20U;

  struct Ends {
    int in = -1;
    int out = -1;
  };

  // All are borrowed. `ended` is called once from the loop, when the client has gone or close() was
  // called; then what was under way is cancelled, and what was said is written, where it is taken
  // within a second.
  McpStdio(Loop& loop, McpServer& server, Ends ends, std::function<void()> ended);

  // Ends it; nothing where that has begun.
  void close();

private:
  enum class State { open, closing, ended };
  enum class Kind { pipe, socket, terminal, always_ready };

  static Kind kind_of(int descriptor);

  void go_on();
  void go_on_later();
  void read();
  void take_lines();
  void on_out(Events events);
  Events idle() const;
  void take_message(const McpMessage& message);
  void write();
  bool write_some();
  void finish();
  std::size_t waiting() const { return m_out.size() - m_written; }

  Loop& m_loop;
  Ends m_ends;
  std::function<void()> m_ended;
  Kind m_in_kind;
  Kind m_out_kind;
  State m_state = State::open;
  bool m_is_at_end = false; // of what is read
  bool m_is_held = false;   // lines are there, and wait until more of what was said is taken
  bool m_is_taking = false; // lines: what is said is written behind them
  bool m_goes_on_later = false;
  LineReader m_lines{k_longest_line};
  std::vector<char> m_room;
  std::string m_out;
  std::size_t m_written = 0; // of it
  std::unique_ptr<McpPeer> m_peer;
  Watch m_in_watch;
  Watch m_out_watch;
  Timer m_grace;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is posted looks here first
};

} // namespace limn
