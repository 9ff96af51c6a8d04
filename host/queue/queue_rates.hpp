#pragma once

#include "engine/rate_book.hpp"
#include "memory/rate_record.hpp"
#include "queue/postgres/line.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// The book of all machines that work on a queue. Whoever is let in holds its tokens; they count
// from when its request is announced (QueueJobs), and are given back where it never was.
class QueueRates : public RateBook
{
public:
  // The line is borrowed. `worker` is one of a kind.
  QueueRates(PgLine& line, std::string worker, std::function<RateTime()> now = rate_time_now);

  void look(const std::string& gateway, std::vector<Asked> queue,
            std::function<void(const Look&)> told) override;
  void close(const std::string& gateway, Milliseconds until, Changed told) override;
  void reopen(const std::string& gateway, Changed told) override;
  Milliseconds closed_until(const std::string& gateway) override;
  void give_back(const std::string& gateway, int slot) override;

  // What is announced with the request of that slot; nothing where no token was needed.
  std::optional<std::int64_t> token_of(int slot) const;

  // All that are in use.
  std::vector<std::int64_t> tokens() const;

private:
  Look look_of(const std::string& gateway, const std::vector<Asked>& queue,
               const Result<PgRows>& rows);

  PgLine& m_line;
  std::string m_worker;
  std::function<RateTime()> m_now;
  std::map<int, std::int64_t> m_tokens; // by slot
  int m_last_slot = 0;
  std::map<std::string, Milliseconds> m_closed; // as it was last heard
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
