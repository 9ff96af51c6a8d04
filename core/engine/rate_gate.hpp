#pragma once

#include "loop/loop.hpp"
#include "memory/rate_record.hpp"
#include "memory/rate_slots.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// How much a gateway takes; 0: as much as comes.
struct RateLimits {
  int images_per_minute = 0;
  int max_in_flight = 0;
};

// Lets requests that may cost money through at the rate that their gateway takes: in order for each
// gateway, whatever the others do, and together with all other processes of the user, over small
// files in the state folder. A gateway without limits that never asked for a pause has none there.
// On one thread.
class RateGate
{
public:
  using Milliseconds = std::chrono::milliseconds;

  // While it lives, an attempt is in flight.
  class Ticket;

  struct Admission {
    std::shared_ptr<Ticket> ticket; // null: the gateway wants a longer pause than may be waited
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

  // The loop is borrowed. `folder`: for the files; empty: the limits are those of this process.
  // `window`: what is called a minute.
  RateGate(Loop& loop, std::function<RateTime()> now, std::filesystem::path folder,
           Milliseconds window = std::chrono::minutes(1));
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
    std::string id;
    std::list<Waiting> queue;
    RateRecord record;
    RateSlots slots;
    bool is_shared = true;
    bool is_about_to_look = false;
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
  void look_soon(Gate& gate);
  void look(Gate& gate);
  bool admit_next(Gate& gate, Milliseconds now, std::list<Answer>& answers);
  void turn_away(Gate& gate, Milliseconds now, std::list<Answer>& answers);
  void wait(Gate& gate, Milliseconds until, Milliseconds now, const Request& request,
            const std::string& why);
  void update(Gate& gate, const std::function<bool(const RateTime&)>& change);
  void read(Gate& gate, const RateTime& now) const;
  void keep_to_itself(Gate& gate, const std::string& why);
  void give_back(Gate& gate, int slot);
  std::filesystem::path file(const Gate& gate) const { return m_folder / gate.id; }

  Loop& m_loop;
  std::function<RateTime()> m_now;
  std::filesystem::path m_folder;
  Milliseconds m_window;
  std::map<std::string, Gate> m_gates;
  std::string m_warning; // to be told to the next who asks
  bool m_has_warned = false;
  std::shared_ptr<char> m_alive =
    std::make_shared<char>(); // tickets look here before they touch this object
};

} // namespace limn
