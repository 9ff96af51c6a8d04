#pragma once

#include "http_server/http_server.hpp"
#include "loop/loop.hpp"
#include "sandbox/answer.hpp"

#include <cstddef>

namespace limn::sandbox {

// Sends one answer, with its pauses and however it ends, piece by piece as the client takes it.
class AnswerSender
{
public:
  // Both are borrowed and outlive it, and so does the exchange.
  AnswerSender(Loop& loop, HttpServer& server, ExchangeId id, Answer answer);

  void start();
  void go_on(); // all that was written is on its way

private:
  void send_head();
  void end();

  Loop& m_loop;
  HttpServer& m_server;
  ExchangeId m_id;
  Answer m_answer;
  std::size_t m_next = 0; // of the pieces
  Timer m_pause;
};

} // namespace limn::sandbox
