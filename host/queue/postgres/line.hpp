#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "loop/loop.hpp"
#include "queue/postgres/statement.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace limn {

struct Libpq;

// A connection that nobody waits for: statements go out one after the other while the loop goes on.
// It is made when it is first needed, and again where it broke. Only names are looked up while the
// loop stands still.
class PgLine
{
public:
  using Told = std::function<void(Result<PgRows>)>;

  // The loop is borrowed.
  static Result<std::unique_ptr<PgLine>> open(Loop& loop, Secret url);
  ~PgLine();
  PgLine(const PgLine&) = delete;
  PgLine& operator=(const PgLine&) = delete;

  // `told` is called once, later, from the loop, within half a minute; never once this has ended.
  // FailureClass::unreachable: whether it was done is not known.
  void run(PgStatement statement, Told told);

  // Called with each connection, which is made again as soon as it can be then: what it runs goes
  // before all that waits. What is at the other end may be another than it was.
  void greet_with(std::function<void()> greeting) { m_greeting = std::move(greeting); }

private:
  struct Asked {
    PgStatement statement;
    Told told;
    Loop::Clock::time_point give_up;
  };
  struct Connected;

  PgLine(Loop& loop, std::shared_ptr<const Libpq> pq, Secret url);

  void go_on();
  void connect();
  void go_on_connecting();
  void greet();
  void send_next();
  void flush();
  void read();
  void broke();
  void end_first(Result<PgRows> result);
  void look_at_patience();
  void watch(Events events);

  Loop& m_loop;
  std::shared_ptr<const Libpq> m_pq;
  Secret m_url;
  std::unique_ptr<Connected> m_connected; // or about to be
  bool m_is_ready = false;
  std::function<void()> m_greeting;
  bool m_is_asking = false; // the first is on its way
  std::deque<Asked> m_asked;
  Watch m_watch;
  Timer m_patience;
  Timer m_again; // until it is tried again
  bool m_is_pausing = false;
  std::chrono::milliseconds m_pause{0};
};

} // namespace limn
