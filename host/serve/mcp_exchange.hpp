#pragma once

#include "loop/loop.hpp"
#include "mcp/protocol.hpp"
#include "serve/replies.hpp"

#include <memory>
#include <string>

namespace limn {

// What is told in answer to one POST of a client of the Model Context Protocol: one JSON document
// where there is nothing to say before the answer, else a stream of events whose last one it is.
class McpExchange
{
public:
  // What an error of the protocol is by its status: the modern era has one for each, and before it
  // a status other than 200 speaks of the session.
  enum class Statuses { of_errors, of_the_session };

  // All are borrowed. One that waits for long begins its stream, so that nobody on the way takes it
  // for dead.
  McpExchange(Loop& loop, Replies& replies, ExchangeId id, Statuses statuses);

  void take(const McpMessage& message);

  // Goes along with the answer.
  void add_header(std::string name, std::string value);

  // Nothing more is to be said. What asked for no answer is told that it came.
  void end();

  // Its session is over.
  void give_up(const std::string& error);

private:
  enum class State { waiting, streaming, ended };

  void answer(const McpMessage& message);
  void begin_stream();
  void keep_alive();

  Loop& m_loop;
  Replies& m_replies;
  ExchangeId m_id;
  Statuses m_statuses;
  HeaderList m_headers;
  State m_state = State::waiting;
  Timer m_silence;
};

} // namespace limn
