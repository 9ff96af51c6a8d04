#pragma once

#include "engine/rate_book.hpp"
#include "loop/loop.hpp"
#include "memory/rate_record.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Lets requests that may cost money through at the rate that their gateway takes: in order for each
// gateway, whatever the others do, and together with all others who share its book. On the loop's
// thread.
class RateGate
{
public:
  using Milliseconds = std::chrono::milliseconds;

  // While it lives, an attempt is in flight.
  class Ticket;

  struct Admission {
    std::shared_ptr<Ticket> ticket; // null: the gateway wants a longer pause than may be waited
    int slot = -1;                  // in the book, for who announces the request there
    Milliseconds pause{0};          // that it asked for, as far as it was waited for, or would be
  };

  struct Request {
    std::string name; // of the gateway, for what is said
    RateLimits limits;
    int images = 1;         // at most `limits.images_per_minute`
    Milliseconds budget{0}; // the longest pause of the gateway's asking to wait for
    std::function<void(Admission)> answered;
    std::function<void(Milliseconds, const std::string& why)> waits; // the first of those who wait
    std::function<void(const std::string&)> noticed;
  };
  using Pass = std::shared_ptr<const Request>; // who drops it is not called

  // Loop and book are borrowed.
  RateGate(Loop& loop, RateBook& book, std::function<RateTime()> now);
  ~RateGate();
  RateGate(const RateGate&) = delete;
  RateGate& operator=(const RateGate&) = delete;

  // `answered` is called once, from the loop. A gateway is told by base URL and key.
  [[nodiscard]] Pass ask(const Gateway& gateway, Request request);

  // The gateway asked for a pause: nobody goes there before it is over. An hour at most, since a
  // gateway may be wrong.
  void close(const Gateway& gateway, Milliseconds pause);
  bool is_closed(const Gateway& gateway);

  // Forgets a pause; false if there was none.
  bool reopen(const Gateway& gateway);

private:
  struct Waiting {
    std::weak_ptr<const Request> request;
    Milliseconds since;
    Milliseconds pause{0}; // of the gateway's asking, within the time waited
  };

  struct Gate {
    std::string id; // in the book
    std::list<Waiting> queue;
    bool is_about_to_look = false;
    bool is_looking = false; // the book is
    bool looks_again = false;
    bool was_told = false; // that one has to wait here
    std::optional<Milliseconds> wakes_at;
    Timer soon;
    Timer wake;
  };

  struct Answer {
    std::weak_ptr<const Request> request;
    Admission admission;
  };

  Gate& gate_of(const Gateway& gateway);
  RateBook::Changed hearer();
  void look_soon(Gate& gate);
  void look(Gate& gate);
  void looked(Gate& gate, const RateBook::Look& look);
  std::list<Answer> answers_of(Gate& gate, const RateBook::Look& look);
  void wait(Gate& gate, const RateBook::Wait& wait, Milliseconds now);
  void hear(const std::string& trouble);
  void give_back(Gate& gate, int slot);

  Loop& m_loop;
  RateBook& m_book;
  std::function<RateTime()> m_now;
  std::map<std::string, Gate> m_gates; // by their ids
  std::string m_warning;               // to be told to the next who asks
  bool m_has_warned = false;
  // Tickets, and what the book has to tell, look here before they touch this object.
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
