#pragma once

#include "job/session.hpp"
#include "memory/learnt.hpp"
#include "queue/postgres/line.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace limn {

// What all workers of a queue know of gateways: who is out of credit, and where a provider's
// endpoint is missing. One finds out, and the attempts of the others are spared; what is forgotten
// or has come back on one machine is forgotten on all. A gateway is told by the digest of its
// address and key, so that each fact is about those who use both. On the loop.
class QueueHealth
{
public:
  // Both are borrowed.
  QueueHealth(Session& session, PgLine& line) : m_session(session), m_line(line) {}

  // Tells what was found out here and takes up what was elsewhere; where it is still doing so, not
  // once more. `told`: once that is done or has failed; may be empty.
  void exchange(std::function<void()> told = {});

  // The same, where there is something to tell.
  void tell_news();

private:
  // Gateway, kind and provider. Times are this machine's.
  using Name = std::tuple<std::string, std::string, std::string>;
  using Facts = std::map<Name, Fact::Time>;

  Facts known_here() const;
  std::string changes_of(const Facts& here) const;
  void take_up(const Facts& sent, const PgRows& rows);

  Session& m_session;
  PgLine& m_line;
  Facts m_shared; // as the queue has them, of gateways that are known here
  bool m_is_exchanging = false;
  std::vector<std::function<void()>> m_told; // who wait for the end of that
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
