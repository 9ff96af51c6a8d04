#include "serve/passed_record.hpp"

#include <unistd.h>

#include <utility>

namespace limn {

PassedRecord::PassedRecord(Engine& engine, std::string gateway, std::string line)
  : m_engine(engine), m_sent(std::chrono::steady_clock::now())
{
  m_past.id = history_id();
  m_past.time = std::chrono::system_clock::now();
  m_past.process = ::getpid();
  m_past.door = k_passed_door;
  m_past.prompt = std::move(line);
  m_past.parameters = "{}";
  m_past.gateway = std::move(gateway);
  m_past.may_have_cost = true;
  m_past.cost.basis = Cost::Basis::unknown;
  m_engine.note(m_past);
}

PassedRecord::~PassedRecord()
{
  if (m_past.state == PastAttempt::State::sent) {
    end(FailureClass::cancelled, "the client went away before the answer was whole");
  }
}

void PassedRecord::answered(int status)
{
  constexpr int k_first_error = 400;
  m_past.http_status = status;
  m_past.may_have_cost = status < k_first_error;
}

void PassedRecord::finished(const std::optional<TransferFailure>& failure)
{
  if (!failure) {
    end();
    return;
  }
  m_past.may_have_cost = m_past.may_have_cost && failure->request_was_sent;
  end(FailureClass::outcome_unknown, failure->message);
}

void PassedRecord::end(FailureClass failure_class, std::string message)
{
  m_past.failure_class = to_string(failure_class);
  m_past.message = std::move(message);
  end();
}

void PassedRecord::end()
{
  m_past.state = PastAttempt::State::ended;
  m_past.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::steady_clock::now() - m_sent);
  m_engine.note(m_past);
}

} // namespace limn
