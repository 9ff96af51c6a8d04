#include "loop/loop.hpp"

#include <utility>

namespace limn {

Timer::Timer(Timer&& other) noexcept
  : m_loop(std::exchange(other.m_loop, nullptr)), m_id(other.m_id)
{
}

Timer& Timer::operator=(Timer&& other) noexcept
{
  if (this != &other) {
    cancel();
    m_loop = std::exchange(other.m_loop, nullptr);
    m_id = other.m_id;
  }
  return *this;
}

void Timer::cancel()
{
  if (auto* loop = std::exchange(m_loop, nullptr)) {
    loop->cancel_timer(m_id);
  }
}

Watch::Watch(Watch&& other) noexcept
  : m_loop(std::exchange(other.m_loop, nullptr)), m_id(other.m_id)
{
}

Watch& Watch::operator=(Watch&& other) noexcept
{
  if (this != &other) {
    end();
    m_loop = std::exchange(other.m_loop, nullptr);
    m_id = other.m_id;
  }
  return *this;
}

void Watch::change(Events events)
{
  if (m_loop) {
    m_loop->change_watch(m_id, events);
  }
}

void Watch::end()
{
  if (auto* loop = std::exchange(m_loop, nullptr)) {
    loop->end_watch(m_id);
  }
}

Timer Loop::after(std::chrono::nanoseconds delay, Action action)
{
  const auto id = ++m_last_id;
  const auto time = now() + std::chrono::ceil<Clock::duration>(delay);
  m_times.emplace(id, time);
  m_timers.emplace(TimerKey(time, id), std::move(action));
  return {*this, id};
}

void Loop::post(Action action)
{
  bool is_waiting = false;
  {
    const std::lock_guard lock(m_mutex);
    m_posted.push_back(std::move(action));
    is_waiting = std::exchange(m_is_waiting, false);
  }
  if (is_waiting) {
    wake();
  }
}

Watch Loop::watch(int descriptor, Events events, OnReady on_ready)
{
  const auto id = ++m_last_id;
  m_watched.emplace(id,
                    Watched{descriptor, events, std::make_shared<OnReady>(std::move(on_ready))});
  set_events(descriptor, Events::none, events, id);
  return {*this, id};
}

void Loop::run()
{
  m_is_stopped = false;
  while (!m_is_stopped && turn()) {
  }
}

bool Loop::turn()
{
  std::optional<Clock::time_point> until;
  if (!may_wait()) {
    until = now();
  } else if (!m_timers.empty()) {
    until = m_timers.begin()->first.first;
  }
  if (!wait(until)) {
    return false;
  }
  call_timers();
  call_posted();
  return true;
}

void Loop::ready(std::uint64_t id, Events events)
{
  if (const auto found = m_watched.find(id); found != m_watched.end()) {
    const auto on_ready = found->second.on_ready;
    (*on_ready)(events);
  }
}

void Loop::cancel_timer(std::uint64_t id)
{
  if (const auto found = m_times.find(id); found != m_times.end()) {
    m_timers.erase({found->second, id});
    m_times.erase(found);
  }
}

void Loop::change_watch(std::uint64_t id, Events events)
{
  auto& watched = m_watched.at(id);
  if (const auto before = std::exchange(watched.events, events); before != events) {
    set_events(watched.descriptor, before, events, id);
  }
}

void Loop::end_watch(std::uint64_t id)
{
  const auto found = m_watched.find(id);
  set_events(found->second.descriptor, found->second.events, Events::none, id);
  m_watched.erase(found);
}

// False: there are calls. Else the next one wakes; those behind it need not.
bool Loop::may_wait()
{
  const std::lock_guard lock(m_mutex);
  m_is_waiting = m_posted.empty();
  return m_is_waiting;
}

// What is posted meanwhile comes the next time: descriptors and timers get their turn.
void Loop::call_posted()
{
  std::deque<Action> posted;
  {
    const std::lock_guard lock(m_mutex);
    posted.swap(m_posted);
    m_is_waiting = false;
  }
  for (auto& action : posted) {
    action();
  }
}

void Loop::call_timers()
{
  const auto time = now();
  while (!m_timers.empty() && m_timers.begin()->first.first <= time) {
    const auto action = std::move(m_timers.begin()->second);
    m_times.erase(m_timers.begin()->first.second);
    m_timers.erase(m_timers.begin());
    action();
  }
}

} // namespace limn
