#include "base/descriptor.hpp"
#include "false_loop.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using limn::Descriptor;
using limn::Events;
using limn::Loop;
using limn::Timer;
using limn::Watch;
using limn::test::FalseLoop;
using namespace std::chrono_literals;

namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0); }
  ~Pipe()
  {
    close_write();
    ::close(ends[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends[0]; }
  void write(char byte) const { REQUIRE(::write(ends[1], &byte, 1) == 1); }
  char read() const
  {
    char byte = 0;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
    return byte;
  }
  void close_write()
  {
    if (ends[1] >= 0) {
      ::close(std::exchange(ends[1], -1));
    }
  }
};

// The two ends of a connection over TCP or a unix socket.
std::array<Descriptor, 2> connected(int family)
{
  if (family == AF_UNIX) {
    std::array<int, 2> ends{-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
  }
  const Descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listening.number(), where, size) == 0);
  REQUIRE(::listen(listening.number(), 1) == 0);
  REQUIRE(::getsockname(listening.number(), where, &size) == 0);
  Descriptor other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(other.number(), where, size) == 0);
  return {Descriptor(::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC)),
          std::move(other)};
}

} // namespace

TEST_CASE("timers are called in the order of their times, and of equal times in that of the asking")
{
  FalseLoop loop;
  std::string called;
  const auto c = loop.after(20ms, [&] { called += 'c'; });
  const auto a = loop.after(10ms, [&] { called += 'a'; });
  const auto b = loop.after(10ms, [&] { called += 'b'; });
  loop.run_for(9ms);
  CHECK(called.empty());
  loop.run_for(1ms);
  CHECK(called == "ab");
  loop.run_for(1h);
  CHECK(called == "abc");
}

TEST_CASE("a timer that has ended is not called")
{
  FalseLoop loop;
  std::string called;
  {
    const auto gone = loop.after(1ms, [&] { called += 'a'; });
  }
  auto replaced = loop.after(1ms, [&] { called += 'b'; });
  replaced = loop.after(2ms, [&] { called += 'c'; });
  auto moved = std::move(replaced);
  auto cancelled = loop.after(1ms, [&] { called += 'd'; });
  cancelled.cancel();
  cancelled.cancel();
  loop.run_for(1s);
  CHECK(called == "c");
}

TEST_CASE("a timer may end, replace and outlive itself within its own call")
{
  FalseLoop loop;
  int calls = 0;
  std::optional<Timer> timer;
  timer = loop.after(1ms, [&] {
    ++calls;
    timer.reset();
  });
  loop.run_for(1s);
  CHECK(calls == 1);

  Timer again;
  std::function<void()> tick = [&] {
    if (++calls < 5) {
      again = loop.after(1ms, tick);
    }
  };
  again = loop.after(1ms, tick);
  loop.run_for(1s);
  CHECK(calls == 5);
}

TEST_CASE("what is posted is called after what is under way, what it posts the next time")
{
  FalseLoop loop;
  std::string called;
  const auto timer = loop.after(0ms, [&] {
    loop.post([&] {
      called += 'b';
      loop.post([&] { called += 'd'; });
    });
    called += 'a';
  });
  const auto other = loop.after(0ms, [&] { called += '+'; });
  loop.run_for(0ms);
  CHECK(called == "a+bd");
}

TEST_CASE("a loop stops where it is told to, and goes on where it is run again")
{
  FalseLoop loop;
  std::string called;
  loop.post([&] {
    called += 'a';
    loop.stop();
  });
  const auto timer = loop.after(1ms, [&] {
    called += 'b';
    loop.stop();
  });
  loop.run();
  CHECK(called == "a");
  loop.run();
  CHECK(called == "ab");
}

TEST_CASE("a descriptor is told while it is watched, for what it is watched for")
{
  const auto loop = std::move(*limn::epoll_loop());
  Pipe pipe;
  std::string read;
  auto watch = loop->watch(pipe.read_end(), Events::readable, [&](Events ready) {
    CHECK(has(ready, Events::readable));
    read += pipe.read();
  });
  pipe.write('a');
  limn::test::run_until(*loop, [&] { return read == "a"; });

  watch.change(Events::none);
  pipe.write('b');
  bool is_over = false;
  auto later = loop->after(20ms, [&] { is_over = true; });
  limn::test::run_until(*loop, [&] { return is_over; });
  CHECK(read == "a");

  watch.change(Events::readable);
  limn::test::run_until(*loop, [&] { return read == "ab"; });
  watch.end();
  pipe.write('c');
  is_over = false;
  later = loop->after(20ms, [&] { is_over = true; });
  limn::test::run_until(*loop, [&] { return is_over; });
  CHECK(read == "ab");
}

TEST_CASE("the other end's closing is told as readable")
{
  const auto loop = std::move(*limn::epoll_loop());
  Pipe pipe;
  bool is_told = false;
  Watch watch;
  watch = loop->watch(pipe.read_end(), Events::readable, [&](Events ready) {
    is_told = has(ready, Events::readable);
    watch.end(); // within its own call
  });
  pipe.close_write();
  limn::test::run_until(*loop, [&] { return is_told; });
  CHECK(is_told);
}

TEST_CASE("that the other side says no more is told to who asks, before what it said is read")
{
  const auto loop = std::move(*limn::epoll_loop());
  for (const int kind : {AF_INET, AF_UNIX}) {
    CAPTURE(kind);
    auto [own, other] = connected(kind);
    REQUIRE(::send(other.number(), "fox", 3, 0) == 3);
    Events told = Events::none;
    bool is_over = false;
    auto watch = loop->watch(own.number(), Events::ended, [&](Events ready) { told = ready; });
    auto later = loop->after(20ms, [&] { is_over = true; });
    limn::test::run_until(*loop, [&] { return is_over; });
    CHECK(told == Events::none); // not that there is something to read
    ::shutdown(other.number(), SHUT_WR);
    limn::test::run_until(*loop, [&] { return told != Events::none; });
    CHECK(told == Events::ended);
    // Who reads is not told: it will read so.
    watch.change(Events::writable);
    limn::test::run_until(*loop, [&] { return told == Events::writable; });
    // A broken one is ended, asked for or not.
    const linger at_once{1, 0};
    ::setsockopt(other.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    other.close();
    limn::test::run_until(*loop, [&] { return has(told, Events::ended); });
    CHECK(has(told, Events::readable));
  }
}

// Both are ready in one turn. Whoever ends the other's watch and closes its descriptor has the
// number used again at once.
TEST_CASE("what was ready is told to nobody whose watch has ended meanwhile")
{
  const auto loop = std::move(*limn::epoll_loop());
  Pipe first;
  Pipe second;
  int calls = 0;
  Watch watch_first;
  Watch watch_second;
  watch_first = loop->watch(first.read_end(), Events::readable, [&](Events) {
    ++calls;
    watch_first.end();
    watch_second.end();
  });
  watch_second = loop->watch(second.read_end(), Events::readable, [&](Events) {
    ++calls;
    watch_first.end();
    watch_second.end();
  });
  first.write('a');
  second.write('a');
  bool is_over = false;
  const auto later = loop->after(20ms, [&] { is_over = true; });
  limn::test::run_until(*loop, [&] { return is_over; });
  CHECK(calls == 1);
}

TEST_CASE("calls from other threads wake a loop that waits, and none is lost")
{
  const auto loop = std::move(*limn::epoll_loop());
  constexpr int k_each = 2000;
  int calls = 0; // on the loop's thread only
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < k_each; ++j) {
        loop->post([&] {
          if (++calls == 4 * k_each) {
            loop->stop();
          }
        });
      }
    });
  }
  loop->run();
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(calls == 4 * k_each);
}

TEST_CASE("a timer of the kernel's clock is never early")
{
  const auto loop = std::move(*limn::epoll_loop());
  const auto begin = loop->now();
  Loop::Clock::time_point end;
  const auto timer = loop->after(1500us, [&] {
    end = loop->now();
    loop->stop();
  });
  loop->run();
  CHECK(end - begin >= 1500us);
}
