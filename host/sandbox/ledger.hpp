#pragma once

#include "sandbox/behaviour.hpp"
#include "sandbox/request.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn::sandbox {

// What the sandbox was asked, and what a real gateway would have charged.
class Ledger
{
public:
  // `segment` is the behaviour as it stands in the path; `is_generation` tells a request that asks
  // for an image.
  void record(const std::string& segment, const Request& request, bool is_generation,
              Charge charge);

  // True the first time that this behaviour sees this key.
  bool is_first(const std::string& segment, const Request& request);

  // The same, for anything that has a name.
  bool is_first(const std::string& name);

  // Counts `images` against those that this key may have of `name` within any `window`; the time to
  // wait for room, or nothing if there is room.
  std::optional<std::chrono::milliseconds> wait_for_room(const std::string& name,
                                                         const Request& request, int images,
                                                         int most,
                                                         std::chrono::milliseconds window);

  void reset();

  std::string log_json() const; // an array, in order
  // {"total":{"requests","billable","possibly_paid","paid"},"behaviours":{...}}
  std::string counts_json() const;

private:
  struct Entry {
    std::string behaviour, method, path, key, content_type, body;
    bool billable; // asks for an image
    Charge charge;
    std::chrono::steady_clock::time_point at;
  };

  std::vector<Entry> m_entries;
  std::set<std::string> m_seen;
  std::map<std::string, std::multiset<std::chrono::steady_clock::time_point>>
    m_drawn; // an image each
};

} // namespace limn::sandbox
