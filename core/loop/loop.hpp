#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace limn {

class Loop;

// What a descriptor is watched for, and what it is ready for. `ended`: the other side of a socket
// says no more, whatever there still is to be read; for who does not read. A broken or closed one
// is readable, which is how the reason is found, and ended, unless it is watched for nothing.
enum class Events : unsigned { none = 0, readable = 1, writable = 2, both = 3, ended = 4 };

constexpr Events operator|(Events one, Events other)
{
  return static_cast<Events>(static_cast<unsigned>(one) | static_cast<unsigned>(other));
}

constexpr bool has(Events events, Events wanted)
{
  return (static_cast<unsigned>(events) & static_cast<unsigned>(wanted)) != 0;
}

// A call to come. While it lives, and until it was made. May end within its own call.
class [[nodiscard]] Timer
{
public:
  Timer() = default;
  Timer(Timer&& other) noexcept;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { cancel(); }

  void cancel();

private:
  friend class Loop;
  Timer(Loop& loop, std::uint64_t id) : m_loop(&loop), m_id(id) {}

  Loop* m_loop = nullptr;
  std::uint64_t m_id = 0;
};

// A descriptor that is watched while this lives. Ends before the descriptor is closed. May end
// within its own call.
class [[nodiscard]] Watch
{
public:
  Watch() = default;
  Watch(Watch&& other) noexcept;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch() { end(); }

  void change(Events events); // Events::none: not for now
  void end();

private:
  friend class Loop;
  Watch(Loop& loop, std::uint64_t id) : m_loop(&loop), m_id(id) {}

  Loop* m_loop = nullptr;
  std::uint64_t m_id = 0;
};

// What happens when: descriptors that become ready, times that come, calls from other threads. One
// thread; everything is called from run(), nothing from within the call that asks for it. What it
// waits with is a heir's: the kernel, or in tests a clock that costs no time. Outlives its timers
// and watches.
class Loop
{
public:
  using Clock = std::chrono::steady_clock;
  using Action = std::function<void()>;
  using OnReady = std::function<void(Events)>;

  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop() = default;

  // The times that timers go by.
  virtual Clock::time_point now() const = 0;

  // `action` is called once `delay` has passed. Of equal times the one first asked for is first.
  Timer after(std::chrono::nanoseconds delay, Action action);

  // `action` is called after what is under way. From any thread; the only function that is.
  void post(Action action);

  // `on_ready` is called whenever the descriptor is ready for some of `events`, with those. One
  // watch for a descriptor.
  Watch watch(int descriptor, Events events, OnReady on_ready);

  // Works until stop().
  void run();
  void stop() { m_is_stopped = true; }

  // Waits once, and calls what is due. False: nothing will ever be.
  bool turn();

protected:
  // Waits until a watched descriptor is ready, wake() was called, or `until` has come; calls
  // `ready` for each descriptor. False ends run(): none of that will ever be.
  virtual bool wait(std::optional<Clock::time_point> until) = 0;
  // From any thread.
  virtual void wake() = 0;
  // `events` none: not watched. The id is to be given to `ready`.
  virtual void set_events(int descriptor, Events before, Events events, std::uint64_t id) = 0;

  void ready(std::uint64_t id, Events events); // an unknown id: it is watched no more

private:
  friend class Timer;
  friend class Watch;

  struct Watched {
    int descriptor;
    Events events;
    std::shared_ptr<OnReady> on_ready; // shared: it may end its own watch
  };
  using TimerKey = std::pair<Clock::time_point, std::uint64_t>;

  void cancel_timer(std::uint64_t id);
  void change_watch(std::uint64_t id, Events events);
  void end_watch(std::uint64_t id);
  void call_posted();
  void call_timers();
  bool may_wait();

  std::uint64_t m_last_id = 0;
  std::map<TimerKey, Action> m_timers;
  std::unordered_map<std::uint64_t, Clock::time_point> m_times; // of the timers, by id
  std::unordered_map<std::uint64_t, Watched> m_watched;
  std::mutex m_mutex;
  std::deque<Action> m_posted; // under the mutex
  bool m_is_waiting = false;   // under the mutex
  bool m_is_stopped = false;
};

} // namespace limn
