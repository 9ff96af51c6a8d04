#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Now, by two clocks. The one that counts from the machine's start is the same for all processes
// and is never set; the other one bridges a restart.
struct RateTime {
  std::chrono::milliseconds uptime{0};
  std::chrono::milliseconds wall{0};
  std::string boot; // which start of the machine
};

RateTime rate_time_now();

// What a gateway was sent lately, and until when it wants nothing. Times are uptimes.
struct RateRecord {
  struct Taken {
    std::chrono::milliseconds at;
    int images;
  };

  std::vector<Taken> taken; // oldest first
  std::chrono::milliseconds closed_until{0};

  int images() const;
  void forget_before(std::chrono::milliseconds time);
};

// As it stands in a file of the state folder. What is damaged is forgotten: the worst of it is a
// 429. Nothing in it lies in the future, but a closure.
std::string to_text(const RateRecord& record, const RateTime& now);
RateRecord rate_record_from(std::string_view text, const RateTime& now);

// The longest pause that a gateway is taken at its word for: it may be wrong.
inline constexpr std::chrono::milliseconds k_longest_pause = std::chrono::hours(1);

// What stands in the file; an empty record if there is none, or if it cannot be read.
RateRecord read_rate_record(const std::filesystem::path& file, const RateTime& now);

// Changes what stands in the file, which is made if needed, on top of what other processes have
// written: under its lock, for which it waits. `change` is called with the time then, and returns
// whether there is something to write; not called where the file cannot be locked. Is on the disk
// once it returns.
Done update_rate_record(const std::filesystem::path& file, const std::function<RateTime()>& now,
                        const std::function<bool(RateRecord&, const RateTime&)>& change);

// Where the files are, within the state folder; nowhere if there is none.
std::filesystem::path rate_folder(const std::filesystem::path& state_folder);

// "0123456789abcdef", for the file and what lies beside it: by base URL and key, of
// which nothing can be told from it.
std::string rate_file_name(const Gateway& gateway);

} // namespace limn
