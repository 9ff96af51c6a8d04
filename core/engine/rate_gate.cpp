#include "engine/rate_gate.hpp"

#include "base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

// What a gateway sees of a minute may be shorter than what we do: one request meets a new
// connection, a later one an open line. What was sent counts for so much longer.
constexpr milliseconds k_jitter{2000};

// Only where another process has to give something back first: nobody tells us when.
constexpr milliseconds k_poll{200};

// A pause hardly longer than the budget is waited for: clocks and timers are not exact.
constexpr milliseconds k_close_enough{250};

constexpr milliseconds k_longest_pause = std::chrono::hours(1);

} // namespace

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

RateGate::RateGate(Loop& loop, std::function<RateTime()> now, std::filesystem::path folder,
                   Milliseconds window)
  : m_loop(loop), m_now(std::move(now)), m_folder(std::move(folder)), m_window(window)
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
  update(gate, [&](const RateTime& now) {
    const auto until = now.uptime + std::min(pause, k_longest_pause);
    if (until <= gate.record.closed_until) {
      return false;
    }
    gate.record.closed_until = until;
    return true;
  });
  look_soon(gate);
}

bool RateGate::is_closed(const Gateway& gateway)
{
  auto& gate = gate_of(gateway);
  const auto now = m_now();
  read(gate, now);
  return gate.record.closed_until > now.uptime;
}

bool RateGate::reopen(const Gateway& gateway)
{
  if (!is_closed(gateway)) {
    return false;
  }
  auto& gate = gate_of(gateway);
  update(gate, [&gate](const RateTime&) {
    gate.record.closed_until = milliseconds(0);
    return true;
  });
  look_soon(gate);
  return true;
}

RateGate::Gate& RateGate::gate_of(const Gateway& gateway)
{
  const auto id = rate_file_name(gateway);
  auto& gate = m_gates[id];
  if (gate.id.empty()) {
    gate.id = id;
    gate.is_shared = !m_folder.empty();
  }
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

// Lets in who may go. The file is held for the while of it, and written once for all of them.
void RateGate::look(Gate& gate)
{
  std::list<Answer> answers;
  const auto drop_dead = [&gate] {
    gate.queue.remove_if([](const Waiting& one) { return one.request.expired(); });
  };
  drop_dead();
  if (gate.queue.empty()) {
    gate.was_told = false;
    return;
  }
  Milliseconds looked_at{0};
  const auto admit = [&](const RateTime& now) {
    looked_at = now.uptime;
    turn_away(gate, now.uptime, answers);
    bool counted = false;
    while (!gate.queue.empty() && gate.record.closed_until <= now.uptime
           && admit_next(gate, now.uptime, answers)) {
      counted = true;
    }
    return counted;
  };
  const auto first = gate.queue.front().request.lock();
  const auto limits = first->limits;
  if (!m_warning.empty()) {
    first->noticed(std::exchange(m_warning, {}));
  }
  if (limits.images_per_minute > 0) {
    update(gate, admit);
  } else {
    const auto now = m_now();
    read(gate, now);
    admit(now);
  }
  // As of then: a pause that is over by now held them up all the same, and nobody else looks again.
  if (!gate.queue.empty() && gate.record.closed_until > looked_at) {
    if (const auto head = gate.queue.front().request.lock()) {
      wait(gate, gate.record.closed_until, looked_at, *head,
           fmt::format("{} asked for a pause", head->name));
    }
  }
  if (gate.queue.empty()) {
    gate.was_told = false;
  }
  for (auto& answer : answers) { // which may end this object
    // One of those before it may have ended it; its ticket goes back then.
    if (const auto request = answer.request.lock()) {
      request->answered(std::move(answer.admission));
    }
    answer.admission = {};
  }
}

// The first of the queue; false if it has to wait.
bool RateGate::admit_next(Gate& gate, Milliseconds now, std::list<Answer>& answers)
{
  const auto request = gate.queue.front().request.lock();
  if (!request) {
    gate.queue.pop_front();
    return true;
  }
  const auto& limits = request->limits;
  if (limits.images_per_minute > 0) {
    gate.record.forget_before(now - m_window - std::min(k_jitter, m_window / 10));
    const int wanted = std::min(request->images, limits.images_per_minute);
    int over = gate.record.images() + wanted - limits.images_per_minute;
    for (const auto& one : gate.record.taken) {
      over -= one.images;
      if (over + one.images > 0 && over <= 0) {
        wait(gate, one.at + m_window + std::min(k_jitter, m_window / 10) + milliseconds(1), now,
             *request,
             fmt::format("{} takes {} image{} a minute", request->name, limits.images_per_minute,
                         limits.images_per_minute == 1 ? "" : "s"));
        return false;
      }
    }
  }
  int slot = -1;
  if (limits.max_in_flight > 0) {
    if (gate.is_shared && gate.slots.mine() < limits.max_in_flight) {
      if (const auto made = make_private_folder(m_folder); !made) {
        keep_to_itself(gate, made.error().message);
      } else if (!gate.slots.open(file(gate).string() + ".slots")) {
        keep_to_itself(gate, fmt::format("{}.slots cannot be written", file(gate).string()));
      }
    }
    slot = gate.slots.take(limits.max_in_flight);
    if (slot < 0) {
      const bool others_have_them = gate.slots.mine() < limits.max_in_flight;
      wait(gate, others_have_them ? now + k_poll : milliseconds::max(), now, *request,
           fmt::format("{} takes {} request{} at the same time", request->name,
                       limits.max_in_flight, limits.max_in_flight == 1 ? "" : "s"));
      return false;
    }
  }
  if (limits.images_per_minute > 0) {
    gate.record.taken.push_back({now, request->images});
  }
  answers.push_back(
    {request, {std::make_shared<Ticket>(*this, gate, slot), gate.queue.front().pause}});
  gate.queue.pop_front();
  return true;
}

// Those who may not wait so long for a gateway that asked for a pause.
void RateGate::turn_away(Gate& gate, Milliseconds now, std::list<Answer>& answers)
{
  if (gate.record.closed_until <= now) {
    return;
  }
  for (auto one = gate.queue.begin(); one != gate.queue.end();) {
    const auto request = one->request.lock();
    one->pause = gate.record.closed_until - one->since;
    if (!request || one->pause > request->budget + k_close_enough) {
      answers.push_back({one->request, {nullptr, gate.record.closed_until - now}});
      one = gate.queue.erase(one);
    } else {
      ++one;
    }
  }
}

// `until` milliseconds::max(): until one of our own tickets comes back.
void RateGate::wait(Gate& gate, Milliseconds until, Milliseconds now, const Request& request,
                    const std::string& why)
{
  if (!std::exchange(gate.was_told, true)) {
    request.waits(until == milliseconds::max() ? milliseconds(0) : until - now, why);
  }
  if (until == milliseconds::max() || (gate.wakes_at && *gate.wakes_at <= until)) {
    return;
  }
  gate.wakes_at = until;
  gate.wake = m_loop.after(until - now, [this, &gate] {
    gate.wakes_at.reset();
    look(gate);
  });
}

// Changes what is known of a gateway, on top of what other processes have written.
void RateGate::update(Gate& gate, const std::function<bool(const RateTime&)>& change)
{
  if (!gate.is_shared) {
    change(m_now());
    return;
  }
  if (const auto made = make_private_folder(m_folder); !made) {
    keep_to_itself(gate, made.error().message);
    change(m_now());
    return;
  }
  const auto lock = FileLock::take(file(gate));
  if (!lock) {
    keep_to_itself(gate, lock.error().message);
    change(m_now());
    return;
  }
  const auto now = m_now(); // not before the lock was there
  read(gate, now);
  if (!change(now)) {
    return;
  }
  if (const auto written = replace_file(file(gate), to_text(gate.record, now)); !written) {
    keep_to_itself(gate, written.error().message);
  }
}

void RateGate::read(Gate& gate, const RateTime& now) const
{
  if (!gate.is_shared) {
    return;
  }
  const auto text = read_settings_file(file(gate));
  gate.record = text && *text ? rate_record_from((*text)->text, now) : RateRecord();
  // A pause cannot be longer than the longest one.
  gate.record.closed_until = std::min(gate.record.closed_until, now.uptime + k_longest_pause);
}

void RateGate::keep_to_itself(Gate& gate, const std::string& why)
{
  gate.is_shared = false;
  if (!std::exchange(m_has_warned, true)) {
    m_warning =
      fmt::format("what is sent cannot be noted for other limn processes, so that rate limits hold "
                  "for this one alone: {}",
                  why);
  }
}

void RateGate::give_back(Gate& gate, int slot)
{
  if (slot >= 0) {
    gate.slots.give_back(slot);
  }
  if (!gate.queue.empty()) {
    look_soon(gate);
  }
}

} // namespace limn
