#pragma once

#include "engine/engine.hpp"
#include "http/request.hpp"
#include "memory/history_entry.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace limn {

// What the history is told of a request that is passed on: that it was sent, and how it ended. Of
// one that costs nothing after all it keeps nothing.
class PassedRecord
{
public:
  // Tells that it is sent. The engine is borrowed. `line`: of the request, as "POST
  // /v1/chat/completions".
  PassedRecord(Engine& engine, std::string gateway, std::string line);

  // One that is not finished has lost its client.
  ~PassedRecord();
  PassedRecord(const PassedRecord&) = delete;
  PassedRecord& operator=(const PassedRecord&) = delete;

  void answered(int status);
  void finished(const std::optional<TransferFailure>& failure);

private:
  void end(FailureClass failure_class, std::string message);
  void end();

  Engine& m_engine;
  std::chrono::steady_clock::time_point m_sent;
  PastAttempt m_past;
};

} // namespace limn
