#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// How much a gateway takes; 0: as much as comes.
struct RateLimits {
  int images_per_minute = 0;
  int max_in_flight = 0;
};

// Where it is kept what gateways were sent lately, for all who share their limits: decides who is
// let in. A gateway is told by rate_file_name(). Times are uptimes of this machine. Calls come from
// the loop, and so does what is told: once for each call, now or later.
class RateBook
{
public:
  using Milliseconds = std::chrono::milliseconds;

  // One who waits.
  struct Asked {
    std::string name; // of the gateway, for what is said
    RateLimits limits;
    int images = 1;
    Milliseconds since{0};  // an uptime
    Milliseconds budget{0}; // the longest pause of the gateway's asking to wait for
    Milliseconds pause{0};  // what it waited for one until now
  };

  // What became of one who asked. `pause`: the gateway's own, that it waited for, or, if it is
  // turned away, that is left.
  struct Ruling {
    enum class State { waits, admitted, turned_away };
    State state = State::waits;
    int slot = -1; // to be given back; -1: none was needed
    Milliseconds pause{0};
  };

  // What the first of those who wait waits for.
  struct Wait {
    std::optional<Milliseconds> until; // an uptime; none: until something is given back here
    std::string why;
  };

  struct Look {
    std::vector<Ruling> rulings; // one for each who asked, in that order
    std::optional<Wait> wait;    // none: nobody waits
    Milliseconds at{0};          // the uptime of all this
    std::string trouble;         // why others will not know of it; told once
  };

  // The trouble with a change, as Look has it; empty if there is none.
  using Changed = std::function<void(const std::string& trouble)>;

  virtual ~RateBook() = default;

  // Lets in whoever may go, in order. `queue` is not empty. One look at a time for a gateway.
  virtual void look(const std::string& gateway, std::vector<Asked> queue,
                    std::function<void(const Look&)> told) = 0;

  // The gateway wants nothing before that uptime.
  virtual void close(const std::string& gateway, Milliseconds until, Changed told) = 0;

  // It wants nothing of the kind any more.
  virtual void reopen(const std::string& gateway, Changed told) = 0;

  // Until when it wants nothing, as far as that can be said at once.
  virtual Milliseconds closed_until(const std::string& gateway) = 0;

  virtual void give_back(const std::string& gateway, int slot) = 0;
};

// What the kinds of books decide alike. While a gateway is closed nobody goes: those who may not
// wait so long are turned away, the others wait.
void rule_on_closed(const std::vector<RateBook::Asked>& queue, RateBook::Milliseconds closed_until,
                    RateBook::Look& look);

// What somebody waits for.
std::string minute_is_full(const RateBook::Asked& asked);
std::string flight_is_full(const RateBook::Asked& asked);

} // namespace limn
