#include "queue/queue_rates.hpp"

#include <algorithm>
#include <utility>

namespace limn {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds k_database_pause{1'000};

// Somebody on another machine may give back what was never sent.
constexpr milliseconds k_longest_look{5'000};

} // namespace

QueueRates::QueueRates(PgLine& line, std::string worker, std::function<RateTime()> now)
  : m_line(line), m_worker(std::move(worker)), m_now(std::move(now))
{
}

void QueueRates::look(const std::string& gateway, std::vector<Asked> queue,
                      std::function<void(const Look&)> told)
{
  std::vector<int> images;
  std::vector<int> per_minute;
  std::vector<int> in_flight;
  for (const auto& asked : queue) {
    images.push_back(asked.images);
    per_minute.push_back(asked.limits.images_per_minute);
    in_flight.push_back(asked.limits.max_in_flight);
  }
  m_line.run(
    {"select p_tokens, p_closed_ms, p_wait_ms, p_waits_for from limn_admit($1, $2, $3, $4, $5)",
     {gateway, m_worker, pg_array(images), pg_array(per_minute), pg_array(in_flight)}},
    [this, gateway, queue = std::move(queue), told = std::move(told),
     alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (!alive.expired()) {
        told(look_of(gateway, queue, rows));
      }
    });
}

// Where nobody knows, nobody goes.
RateBook::Look QueueRates::look_of(const std::string& gateway, const std::vector<Asked>& queue,
                                   const Result<PgRows>& rows)
{
  Look look;
  look.at = m_now().uptime;
  for (const auto& asked : queue) {
    look.rulings.push_back({Ruling::State::waits, -1, asked.pause});
  }
  if (!rows || rows->rows.empty()) {
    look.wait = {look.at + k_database_pause, "the queue's database does not answer"};
    return look;
  }
  const milliseconds closed_for(rows->number(0, 1));
  m_closed[gateway] = look.at + closed_for;
  if (closed_for.count() > 0) {
    rule_on_closed(queue, look.at + closed_for, look);
    return look;
  }
  const auto tokens = numbers_of_pg_array(rows->text(0, 0));
  for (std::size_t i = 0; i < std::min(tokens.size(), queue.size()); ++i) {
    look.rulings[i].state = Ruling::State::admitted;
    if (tokens[i] != 0) {
      look.rulings[i].slot = ++m_last_slot;
      m_tokens[m_last_slot] = tokens[i];
    }
  }
  if (tokens.size() < queue.size()) {
    const auto& first = queue[tokens.size()];
    look.wait = {look.at + std::min(milliseconds(rows->number(0, 2)), k_longest_look),
                 rows->text(0, 3) == "minute" ? minute_is_full(first) : flight_is_full(first)};
  }
  return look;
}

void QueueRates::close(const std::string& gateway, Milliseconds until, Changed told)
{
  m_closed[gateway] = std::max(m_closed[gateway], until);
  m_line.run(
    {"select limn_close($1, $2)",
     {gateway, std::to_string(std::max<milliseconds::rep>((until - m_now().uptime).count(), 0))}},
    [told = std::move(told)](const Result<PgRows>&) { told({}); });
}

void QueueRates::reopen(const std::string& gateway, Changed told)
{
  m_closed.erase(gateway);
  m_line.run({"update limn_gateway set closed_until = null where id = $1", {gateway}},
             [told = std::move(told)](const Result<PgRows>&) { told({}); });
}

milliseconds QueueRates::closed_until(const std::string& gateway)
{
  const auto found = m_closed.find(gateway);
  return found == m_closed.end() ? milliseconds(0) : found->second;
}

void QueueRates::give_back(const std::string& /*gateway*/, int slot)
{
  if (const auto token = m_tokens.extract(slot); !token.empty()) {
    m_line.run({"select limn_give_back($1)", {std::to_string(token.mapped())}},
               [](const Result<PgRows>&) {}); // else its lease ends
  }
}

std::optional<std::int64_t> QueueRates::token_of(int slot) const
{
  const auto found = m_tokens.find(slot);
  return found == m_tokens.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::int64_t> QueueRates::tokens() const
{
  std::vector<std::int64_t> all;
  for (const auto& [slot, token] : m_tokens) {
    all.push_back(token);
  }
  return all;
}

} // namespace limn
