#include "loop/epoll_loop.hpp"

#include "base/descriptor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <utility>

namespace limn {

namespace {

constexpr std::uint64_t k_wake_id = 0; // no watch has it

class EpollLoop : public Loop
{
public:
  EpollLoop(Descriptor epoll, Descriptor wake) : m_epoll(std::move(epoll)), m_wake(std::move(wake))
  {
  }

  Clock::time_point now() const override { return Clock::now(); }

protected:
  bool wait(std::optional<Clock::time_point> until) override;
  void wake() override;
  void set_events(int descriptor, Events before, Events events, std::uint64_t id) override;

private:
  static int milliseconds_to(std::optional<Clock::time_point> until);

  Descriptor m_epoll;
  Descriptor m_wake;
};

// Rounded up: a timer is never early.
int EpollLoop::milliseconds_to(std::optional<Clock::time_point> until)
{
  if (!until) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX));
}

bool EpollLoop::wait(std::optional<Clock::time_point> until)
{
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(m_epoll.number(), events.data(), static_cast<int>(events.size()),
                                 milliseconds_to(until));
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == k_wake_id) {
      std::uint64_t times = 0;
      static_cast<void>(!::read(m_wake.number(), &times, sizeof times));
      continue;
    }
    const auto told = [&](std::uint32_t kinds, Events as) {
      return (event.events & kinds) != 0 ? as : Events::none;
    };
    ready(event.data.u64, told(EPOLLIN | EPOLLERR | EPOLLHUP, Events::readable)
                            | told(EPOLLOUT, Events::writable)
                            | told(EPOLLRDHUP | EPOLLERR | EPOLLHUP, Events::ended));
  }
  return true;
}

void EpollLoop::wake()
{
  const std::uint64_t once = 1;
  static_cast<void>(!::write(m_wake.number(), &once, sizeof once));
}

void EpollLoop::set_events(int descriptor, Events before, Events events, std::uint64_t id)
{
  epoll_event event{(has(events, Events::readable) ? EPOLLIN : 0U)
                      | (has(events, Events::writable) ? EPOLLOUT : 0U)
                      | (has(events, Events::ended) ? EPOLLRDHUP : 0U),
                    {.u64 = id}};
  if (events == Events::none) {
    ::epoll_ctl(m_epoll.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  } else {
    ::epoll_ctl(m_epoll.number(), before == Events::none ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                descriptor, &event);
  }
}

} // namespace

Result<std::unique_ptr<Loop>> epoll_loop()
{
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{EPOLLIN, {.u64 = k_wake_id}};
  if (!epoll || !wake || ::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, wake.number(), &event) != 0) {
    return fail(FailureClass::internal,
                std::string("there is no descriptor to wait with: ") + std::strerror(errno));
  }
  return std::make_unique<EpollLoop>(std::move(epoll), std::move(wake));
}

} // namespace limn
