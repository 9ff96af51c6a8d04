#pragma once

#include "engine/chronicle.hpp"
#include "http/transport.hpp"
#include "queue/lane/lane_group.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// The jobs of a queue that go by a gateway's Batch API, a group at a time: at first one that lost
// its worker, else a new one. Beside a worker's other jobs, on its loop.
class Lane
{
public:
  struct Listener {
    std::function<void(const JobOutcome&)> ended; // a job, which the queue knows
    std::function<void(std::int64_t)> returned;   // so many jobs, to the queue
    std::function<void()> idle;                   // it has become is_idle()
  };

  // Session, line and name are borrowed.
  Lane(Session& session, PgLine& line, const std::string& worker, LaneOptions options,
       Listener listener);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void start();

  // What it has goes on to its end.
  void take_no_more();

  // The same, but what it has goes to other workers, as soon as it may be left.
  void hand_over();

  // It takes no more, and has nothing.
  bool is_idle() const { return m_takes_no_more && !m_group && !m_is_asking; }

private:
  void look();
  void look_later();
  void taken(const PgRows& rows, const std::vector<Gateway>& gateways);
  void claim();
  void claimed(const PgRows& rows);
  LaneGroup& new_group(LaneGroup::Mark mark);
  void over(LaneRest rest);
  void ask(PgStatement statement, std::function<void(const PgRows&)> then);

  Session& m_session;
  PgLine& m_line;
  const std::string& m_worker;
  LaneOptions m_options;
  Listener m_listener;
  Transport m_transport;
  DiskThread m_disk;
  std::optional<Chronicle> m_chronicle;
  std::unique_ptr<LaneGroup> m_group;
  bool m_takes_no_more = false;
  bool m_hands_over = false;
  bool m_is_asking = false;
  Timer m_look;
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
