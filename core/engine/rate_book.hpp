#pragma once

#include "memory/rate_record.hpp"
#include "memory/rate_slots.hpp"

#include <chrono>
#include <filesystem>
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

// Who is let in at one gateway, by what it was sent lately, in files that all processes of the user
// share. Its functions wait for locks and disks: once it is made only the disk thread calls them.
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
    std::string trouble;         // why other processes will not know of it; told once
  };

  // `file` empty: what is known is so for this process only. `window`: what is called a minute.
  RateBook(std::filesystem::path file, std::function<RateTime()> now, Milliseconds window);

  // Lets in whoever may go, in order. The file is held for the while of it, and written once for
  // all of them. `queue` is not empty.
  Look look(const std::vector<Asked>& queue);

  // The gateway wants nothing before that uptime. Returns the trouble with it, as Look has it.
  std::string close(Milliseconds until);

  // It wants nothing of the kind any more. Returns the trouble likewise.
  std::string reopen();

  void give_back(int slot);

private:
  bool admit(const std::vector<Asked>& queue, RateRecord& record, Milliseconds now, Look& look);
  bool admit_one(const Asked& asked, RateRecord& record, Milliseconds now, Ruling& ruling,
                 Look& look);
  std::optional<Milliseconds> wait_for_tokens(const Asked& asked, RateRecord& record,
                                              Milliseconds now) const;
  int take_slot(int most);
  void update(const std::function<bool(RateRecord&, const RateTime&)>& change);
  void keep_to_itself(const std::string& why);

  std::filesystem::path m_file;
  std::function<RateTime()> m_now;
  Milliseconds m_window;
  RateRecord m_record; // as it was last read or changed
  RateSlots m_slots;
  bool m_is_shared;
  std::string m_trouble; // not told yet
};

} // namespace limn
