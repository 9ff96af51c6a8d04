#include "engine/rate_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace limn {

using std::chrono::milliseconds;

// A request that is in flight.
class RateGate::Ticket
{
public:
  Ticket(RateGate& gates, Gate& gate, int slot)
    : m_alive(gates.m_alive), m_gates(gates), m_gate(gate), m_slot(slot)
  {
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket()
  {
    if (!m_alive.expired()) {
      m_gates.give_back(m_gate, m_slot);
    }
  }

private:
  std::weak_ptr<char> m_alive;
  RateGate& m_gates;
  Gate& m_gate;
  int m_slot; // -1: it has none
};

RateGate::RateGate(Loop& loop, RateBook& book, std::function<RateTime()> now)
  : m_loop(loop), m_book(book), m_now(std::move(now))
{
}

RateGate::~RateGate() = default;

RateGate::Pass RateGate::ask(const Gateway& gateway, Request request)
{
  auto& gate = gate_of(gateway);
  auto pass = std::make_shared<const Request>(std::move(request));
  gate.queue.push_back({pass, m_now().uptime});
  look_soon(gate);
  return pass;
}

void RateGate::close(const Gateway& gateway, Milliseconds pause)
{
  if (pause <= milliseconds(0)) {
    return;
  }
  auto& gate = gate_of(gateway);
  m_book.close(gate.id, m_now().uptime + std::min(pause, k_longest_pause), hearer());
  look_soon(gate);
}

bool RateGate::is_closed(const Gateway& gateway)
{
  return m_book.closed_until(gate_of(gateway).id) > m_now().uptime;
}

bool RateGate::reopen(const Gateway& gateway)
{
  if (!is_closed(gateway)) {
    return false;
  }
  auto& gate = gate_of(gateway);
  m_book.reopen(gate.id, hearer());
  look_soon(gate);
  return true;
}

RateBook::Changed RateGate::hearer()
{
  return [this, alive = std::weak_ptr(m_alive)](const std::string& trouble) {
    if (!alive.expired()) {
      hear(trouble);
    }
  };
}

RateGate::Gate& RateGate::gate_of(const Gateway& gateway)
{
  const auto id = rate_file_name(gateway);
  auto& gate = m_gates[id];
  gate.id = id;
  return gate;
}

void RateGate::look_soon(Gate& gate)
{
  if (std::exchange(gate.is_about_to_look, true)) {
    return;
  }
  gate.soon = m_loop.after(milliseconds(0), [this, &gate] {
    gate.is_about_to_look = false;
    look(gate);
  });
}

// One look at a time: who comes meanwhile is in the next one.
void RateGate::look(Gate& gate)
{
  if (gate.is_looking) {
    gate.looks_again = true;
    return;
  }
  std::vector<RateBook::Asked> queue;
  for (auto one = gate.queue.begin(); one != gate.queue.end();) {
    const auto request = one->request.lock();
    if (!request) {
      one = gate.queue.erase(one);
      continue;
    }
    if (queue.empty() && !m_warning.empty()) {
      request->noticed(std::exchange(m_warning, {}));
    }
    queue.push_back(
      {request->name, request->limits, request->images, one->since, request->budget, one->pause});
    ++one;
  }
  if (queue.empty()) {
    gate.was_told = false;
    return;
  }
  gate.is_looking = true;
  m_book.look(gate.id, std::move(queue),
              [this, &gate, alive = std::weak_ptr(m_alive)](const RateBook::Look& look) {
                if (!alive.expired()) {
                  looked(gate, look);
                }
              });
}

void RateGate::looked(Gate& gate, const RateBook::Look& look)
{
  gate.is_looking = false;
  hear(look.trouble);
  auto answers = answers_of(gate, look);
  if (gate.queue.empty()) {
    gate.was_told = false;
  } else if (look.wait) {
    wait(gate, *look.wait, look.at);
  }
  if (std::exchange(gate.looks_again, false)) {
    look_soon(gate);
  }
  for (auto& answer : answers) { // which may end this object
    // One of those before it may have ended it; its ticket goes back then.
    if (const auto request = answer.request.lock()) {
      request->answered(std::move(answer.admission));
    }
    answer.admission = {};
  }
}

// Those who need not wait any more, taken out of the queue. Whoever came since is behind them.
std::list<RateGate::Answer> RateGate::answers_of(Gate& gate, const RateBook::Look& look)
{
  using State = RateBook::Ruling::State;
  std::list<Answer> answers;
  auto one = gate.queue.begin();
  for (const auto& ruling : look.rulings) {
    if (ruling.state == State::waits) {
      one->pause = ruling.pause;
      ++one;
      continue;
    }
    auto ticket = ruling.state == State::admitted
                    ? std::make_shared<Ticket>(*this, gate, ruling.slot)
                    : nullptr;
    answers.push_back({one->request, {std::move(ticket), ruling.slot, ruling.pause}});
    one = gate.queue.erase(one);
  }
  return answers;
}

void RateGate::wait(Gate& gate, const RateBook::Wait& wait, Milliseconds now)
{
  const auto first = gate.queue.front().request.lock();
  if (!first) {
    look_soon(gate); // somebody else is the first now
    return;
  }
  if (!std::exchange(gate.was_told, true)) {
    first->waits(wait.until.value_or(now) - now, wait.why);
  }
  if (!wait.until || (gate.wakes_at && *gate.wakes_at <= *wait.until)) {
    return;
  }
  gate.wakes_at = wait.until;
  gate.wake = m_loop.after(*wait.until - now, [this, &gate] {
    gate.wakes_at.reset();
    look(gate);
  });
}

// From now on others do not know what this process sends.
void RateGate::hear(const std::string& trouble)
{
  if (trouble.empty()) {
    return;
  }
  if (!std::exchange(m_has_warned, true)) {
    m_warning =
      fmt::format("what is sent cannot be noted for other limn processes, so that rate limits hold "
                  "for this one alone: {}",
                  trouble);
  }
}

void RateGate::give_back(Gate& gate, int slot)
{
  if (slot >= 0) {
    m_book.give_back(gate.id, slot);
  }
  if (!gate.queue.empty()) {
    look_soon(gate);
  }
}

} // namespace limn
