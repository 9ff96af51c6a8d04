#include "base/files.hpp"
#include "child_process.hpp"
#include "disk_at_once.hpp"
#include "engine/rate_files.hpp"
#include "engine/rate_gate.hpp"
#include "false_loop.hpp"
#include "fresh_folder.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using limn::Gateway;
using limn::RateGate;
using limn::RateTime;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

// The clocks of a machine.
struct FalseClock {
  limn::test::FalseLoop loop;
  limn::test::DiskAtOnce disk{loop};
  milliseconds uptime_ahead{1'000'000};
  milliseconds wall_ahead{1'700'000'000'000};
  milliseconds per_look{0}; // passes whenever somebody looks at it
  std::string boot = "first";

  milliseconds uptime() const
  {
    return std::chrono::duration_cast<milliseconds>(loop.now().time_since_epoch()) + uptime_ahead;
  }

  std::function<RateTime()> now()
  {
    return [this] {
      uptime_ahead += per_look;
      wall_ahead += per_look;
      return RateTime{uptime(), uptime() - uptime_ahead + wall_ahead, boot};
    };
  }

  void run_for(milliseconds time) { loop.run_for(time); }
};

Gateway gateway(const std::string& host = "gw")
{
  Gateway result;
  result.name = host;
  result.base_url = "https://" + host + ".example/v1";
  result.key = limn::Secret("sk-canary-rate-1234");
  result.id = limn::gateway_id(result);
  return result;
}

struct BookOfMachine {
  limn::RateFiles files;
};

// The gate with its book of one machine.
struct GateOnFiles : private BookOfMachine, public RateGate {
  GateOnFiles(limn::Loop& loop, limn::DiskThread& disk, const std::function<RateTime()>& now,
              const std::filesystem::path& folder, milliseconds window = 1min)
    : BookOfMachine{limn::RateFiles(disk, now, folder, window)}, RateGate(loop, files, now)
  {
  }
};

// Those who were let in, when, and what was said.
struct Crowd {
  FalseClock& time;
  RateGate& gate;
  std::vector<RateGate::Pass> passes;
  std::vector<std::shared_ptr<RateGate::Ticket>> tickets;
  std::vector<std::pair<int, milliseconds>> admitted; // number, when
  std::vector<int> turned_away;
  std::vector<std::string> said;

  RateGate::Request request(int number, limn::RateLimits limits, int images = 1,
                            milliseconds budget = 120s)
  {
    RateGate::Request result;
    result.name = "gw";
    result.limits = limits;
    result.images = images;
    result.budget = budget;
    result.answered = [this, number](RateGate::Admission admission) {
      if (!admission.ticket) {
        turned_away.push_back(number);
        return;
      }
      admitted.emplace_back(number, time.uptime());
      tickets.push_back(std::move(admission.ticket));
    };
    result.waits = [this](milliseconds, const std::string& why) { said.push_back(why); };
    result.noticed = [this](const std::string& text) { said.push_back(text); };
    return result;
  }

  void ask(int number, limn::RateLimits limits, int images = 1, milliseconds budget = 120s,
           const Gateway& asked = gateway())
  {
    passes.push_back(gate.ask(asked, request(number, limits, images, budget)));
  }

  std::vector<int> numbers() const
  {
    std::vector<int> result;
    for (const auto& [number, when] : admitted) {
      result.push_back(number);
    }
    return result;
  }
};

} // namespace

TEST_CASE("in no minute more images go out than the gateway takes, wherever the minute begins")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path() / "rate");
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  for (int i = 0; i < 23; ++i) {
    crowd.ask(i, {5, 0});
    time.run_for(7s); // some late, so that the tokens come back one by one
  }
  time.run_for(10min);
  REQUIRE(crowd.admitted.size() == 23);
  for (std::size_t i = 5; i < crowd.admitted.size(); ++i) {
    CHECK(crowd.admitted[i].second - crowd.admitted[i - 5].second > 60s);
    CHECK(crowd.admitted[i].first == static_cast<int>(i));
  }
  // Nobody waits longer than that needs.
  CHECK(crowd.admitted.back().second - crowd.admitted.front().second < 4 * 63s + 28s);
  CHECK(std::count(crowd.said.begin(), crowd.said.end(), "gw takes 5 images a minute") >= 1);
}

TEST_CASE("a request for several images counts for all of them")
{
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), {});
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  crowd.ask(1, {5, 0}, 3);
  crowd.ask(2, {5, 0}, 3);
  crowd.ask(3, {5, 0}, 1); // does not overtake
  time.run_for(30s);
  CHECK(crowd.numbers() == std::vector<int>{1});
  time.run_for(60s);
  CHECK(crowd.numbers() == std::vector<int>{1, 2, 3});
}

TEST_CASE("a gateway that is full or closed holds up nobody at another")
{
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), {});
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  gate.close(gateway("closed"), 60s);
  crowd.ask(1, {}, 1, 120s, gateway("closed"));
  crowd.ask(2, {0, 1}, 1, 0s, gateway("full"));
  crowd.ask(3, {0, 1}, 1, 0s, gateway("full"));
  crowd.ask(4, {}, 1, 0s, gateway("open"));
  time.run_for(1s);
  CHECK(crowd.numbers() == std::vector<int>{4, 2}); // nothing is counted there: it goes at once
}

TEST_CASE("as many are in flight as the gateway takes, and the next goes when one has ended")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  for (int i = 1; i <= 4; ++i) {
    crowd.ask(i, {0, 2});
  }
  time.run_for(1h);
  CHECK(crowd.numbers() == std::vector<int>{1, 2});
  CHECK_FALSE(time.loop.turn()); // nobody polls for what this process has
  crowd.tickets.front().reset();
  time.run_for(1ms);
  CHECK(crowd.numbers() == std::vector<int>{1, 2, 3});
  CHECK(crowd.said == std::vector<std::string>{"gw takes 2 requests at the same time"});
}

TEST_CASE("who no longer waits is not let in, and takes nobody's place")
{
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), {});
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  crowd.ask(1, {1, 0});
  crowd.ask(2, {1, 0});
  crowd.ask(3, {1, 0});
  time.run_for(1s);
  crowd.passes[1].reset();
  time.run_for(63s);
  CHECK(crowd.numbers() == std::vector<int>{1, 3});
}

TEST_CASE("a pause is waited for within the budget; who may not wait so long is told at once")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  gate.close(gateway(), 30s);
  crowd.ask(1, {}, 1, 10s);
  crowd.ask(2, {}, 1, 60s);
  time.run_for(29s);
  CHECK(crowd.turned_away == std::vector<int>{1});
  CHECK(crowd.admitted.empty());
  time.run_for(2s);
  CHECK(crowd.numbers() == std::vector<int>{2});
  CHECK(crowd.said == std::vector<std::string>{"gw asked for a pause"});
  // The user's own limit is waited for without a budget.
  crowd.ask(3, {1, 0}, 1, 0s);
  crowd.ask(4, {1, 0}, 1, 0s);
  time.run_for(64s);
  CHECK(crowd.numbers() == std::vector<int>{2, 3, 4});
}

TEST_CASE("a pause that ends while somebody looks holds up nobody for ever")
{
  for (int pause = 1; pause <= 12; ++pause) {
    FalseClock time;
    GateOnFiles gate(time.loop, time.disk, time.now(), {});
    Crowd crowd{time, gate, {}, {}, {}, {}, {}};
    time.per_look = 1ms;
    gate.close(gateway(), milliseconds(pause));
    crowd.ask(1, {});
    crowd.ask(2, {});
    time.run_for(1min);
    CHECK(crowd.numbers() == std::vector<int>{1, 2});
  }
}

TEST_CASE("another process keeps to what was sent here, and to the pause that was told here")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles here(time.loop, time.disk, time.now(), folder.path());
  GateOnFiles there(time.loop, time.disk, time.now(), folder.path());
  Crowd ours{time, here, {}, {}, {}, {}, {}};
  Crowd theirs{time, there, {}, {}, {}, {}, {}};
  for (int i = 0; i < 4; ++i) {
    ours.ask(i, {3, 0});
    theirs.ask(i, {3, 0});
  }
  time.run_for(30s);
  CHECK(ours.admitted.size() + theirs.admitted.size() == 3);
  time.run_for(5min);
  CHECK(ours.admitted.size() + theirs.admitted.size() == 8);
  here.close(gateway(), 60s);
  CHECK(there.is_closed(gateway()));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK(limn::test::content_of(entry.path()).find("canary") == std::string::npos);
    CHECK(entry.path().string().find("example") == std::string::npos);
  }
}

TEST_CASE(
  "a pause that is forgotten holds up nobody, here and in other processes, and what was sent "
  "is not forgotten with it")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles here(time.loop, time.disk, time.now(), folder.path());
  GateOnFiles there(time.loop, time.disk, time.now(), folder.path());
  Crowd crowd{time, here, {}, {}, {}, {}, {}};
  CHECK_FALSE(there.reopen(gateway()));
  CHECK(std::filesystem::is_empty(folder.path())); // nothing was there, and nothing is left
  crowd.ask(1, {1, 0});
  time.run_for(0ms);
  here.close(gateway(), 30min);
  CHECK(there.is_closed(gateway()));
  time.run_for(1s);
  CHECK(here.reopen(gateway()));
  time.run_for(0ms);
  CHECK_FALSE(here.is_closed(gateway()));
  CHECK_FALSE(there.is_closed(gateway()));
  CHECK_FALSE(there.reopen(gateway()));
  crowd.ask(2, {1, 0});
  time.run_for(30s);
  CHECK(crowd.numbers() == std::vector<int>{1});
  time.run_for(40s);
  CHECK(crowd.numbers() == std::vector<int>{1, 2});
}

TEST_CASE("a gateway without a limit and without a pause leaves no file")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path() / "rate");
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  crowd.ask(1, {}, 8);
  time.run_for(0ms);
  CHECK(crowd.numbers() == std::vector<int>{1});
  CHECK_FALSE(std::filesystem::exists(folder.path() / "rate"));
}

TEST_CASE("a damaged file is forgotten, and the limit holds from then on")
{
  for (const std::string_view damage :
       {"", "limn-rate-1\n", "\xff\xfe\n\n9", "limn-rate-1\nfirst 9 9 0\n5 -4\nend\n",
        "limn-rate-1\nfirst 999999999999999999999 1 1\n",
        "limn-rate-1\nfirst 1000000 1700000000000 9000000000000000000\nend\n"}) {
    CAPTURE(damage);
    const limn::test::FreshFolder folder;
    folder.write(limn::rate_file_name(gateway()), damage);
    FalseClock time;
    GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
    Crowd crowd{time, gate, {}, {}, {}, {}, {}};
    crowd.ask(1, {1, 0});
    crowd.ask(2, {1, 0});
    time.run_for(1s);
    CHECK(crowd.numbers() == std::vector<int>{1});
    time.run_for(62s);
    CHECK(crowd.numbers() == std::vector<int>{1, 2});
  }
}

TEST_CASE("a clock that is set changes nothing, and a restart forgets nothing of the last minute")
{
  const limn::test::FreshFolder folder;
  FalseClock time;
  {
    GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
    Crowd crowd{time, gate, {}, {}, {}, {}, {}};
    crowd.ask(1, {1, 0});
    time.run_for(10s);
    time.wall_ahead -= 24h;
    crowd.ask(2, {1, 0});
    time.run_for(51s);
    CHECK(crowd.numbers() == std::vector<int>{1});
    time.wall_ahead += 48h;
    time.run_for(2s);
    CHECK(crowd.numbers() == std::vector<int>{1, 2});
  }
  time.boot = "second";
  time.uptime_ahead += 20s - time.uptime(); // 40 seconds later
  time.wall_ahead += 40s;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  crowd.ask(3, {1, 0});
  time.run_for(15s);
  CHECK(crowd.admitted.empty());
  time.run_for(10s);
  CHECK(crowd.numbers() == std::vector<int>{3});
}

TEST_CASE("where the state folder cannot be written the limits hold here, and that is said once")
{
  const limn::test::FreshFolder folder;
  folder.write("in-the-way", "");
  FalseClock time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path() / "in-the-way" / "rate");
  Crowd crowd{time, gate, {}, {}, {}, {}, {}};
  for (int i = 0; i < 3; ++i) {
    crowd.ask(i, {1, 1}, 1, 0s, gateway());
    crowd.ask(i + 10, {1, 0}, 1, 0s, gateway("another"));
    time.run_for(1s);
  }
  CHECK(crowd.numbers() == std::vector<int>{0, 10});
  CHECK(std::count_if(crowd.said.begin(), crowd.said.end(),
                      [](const std::string& text) {
                        return text.find("other limn processes") != std::string::npos;
                      })
        == 1);
}

namespace {

struct RealTime {
  std::unique_ptr<limn::Loop> epoll = std::move(*limn::epoll_loop());
  limn::Loop& loop = *epoll;
  limn::DiskThread disk{loop};
  // The last time that was told: within `answered`, in the disk thread while the file was held.
  std::atomic<milliseconds::rep> told{0};

  std::function<RateTime()> now()
  {
    return [this] {
      const auto time = limn::rate_time_now();
      told = time.uptime.count();
      return time;
    };
  }

  void run(const std::function<bool()>& done) { limn::test::run_until(loop, done); }
};

// Lets `count` through and writes down when each went.
int send(const std::filesystem::path& folder, const std::filesystem::path& log, int count)
{
  RealTime time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder, 400ms);
  int sent = 0;
  std::vector<RateGate::Pass> passes;
  const int file = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  for (int i = 0; i < count; ++i) {
    RateGate::Request request;
    request.limits = {4, 0};
    request.answered = [&](RateGate::Admission) {
      const auto line = std::to_string(time.told) + "\n";
      sent += ::write(file, line.data(), line.size()) > 0 ? 1 : 0;
    };
    request.waits = [](milliseconds, const std::string&) {};
    request.noticed = [](const std::string&) {};
    passes.push_back(gate.ask(gateway(), std::move(request)));
  }
  time.run([&] { return sent == count; });
  ::close(file);
  return 0;
}

} // namespace

TEST_CASE("processes at the same time keep to one limit in all")
{
  const limn::test::FreshFolder folder;
  const auto log = folder.path() / "log";
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    children.push_back(
      limn::test::start_child([&] { return send(folder.path() / "rate", log, 6); }));
  }
  for (const auto child : children) {
    CHECK(limn::test::exit_status_of(child) == 0);
  }
  std::vector<long> sent;
  std::ifstream lines(log);
  for (long at = 0; lines >> at;) {
    sent.push_back(at);
  }
  std::sort(sent.begin(), sent.end());
  REQUIRE(sent.size() == 18);
  for (std::size_t i = 4; i < sent.size(); ++i) {
    CHECK(sent[i] - sent[i - 4] >= 440);
  }
}

TEST_CASE("a process that is killed gives its place back")
{
  const limn::test::FreshFolder folder;
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  const auto child = limn::test::start_child([&] {
    RealTime time;
    GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
    std::shared_ptr<RateGate::Ticket> ticket;
    RateGate::Request request;
    request.limits = {0, 1};
    request.answered = [&](RateGate::Admission admission) { ticket = std::move(admission.ticket); };
    const auto pass = gate.ask(gateway(), std::move(request));
    time.run([&] { return ticket != nullptr; });
    static_cast<void>(::write(ready[1], "x", 1));
    ::pause();
    return 0;
  });
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);

  RealTime time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  bool has_waited = false;
  bool is_in = false;
  RateGate::Request request;
  request.limits = {0, 1};
  request.answered = [&](const RateGate::Admission&) { is_in = true; };
  request.waits = [&](milliseconds, const std::string&) { has_waited = true; };
  const auto pass = gate.ask(gateway(), std::move(request));
  time.run([&] { return has_waited || is_in; });
  CHECK(has_waited);
  CHECK_FALSE(is_in);
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  time.run([&] { return is_in; });
  CHECK(is_in);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("the loop goes on while another process holds the file of a gateway")
{
  const limn::test::FreshFolder folder;
  RealTime time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  std::optional<limn::FileLock> held =
    std::move(*limn::FileLock::take(folder.path() / limn::rate_file_name(gateway())));
  bool is_in = false;
  RateGate::Request request;
  request.limits = {1, 0};
  request.answered = [&](const RateGate::Admission& admission) {
    is_in = admission.ticket != nullptr;
  };
  request.waits = [](milliseconds, const std::string&) {};
  request.noticed = [](const std::string&) {};
  const auto pass = gate.ask(gateway(), std::move(request));
  gate.close(gateway("another"), 1s); // is in the same queue, and waits too
  CHECK(gate.is_closed(gateway("another")));
  const auto later = time.loop.after(20ms, [&] {
    CHECK_FALSE(is_in);
    held.reset();
  });
  time.run([&] { return is_in; });
  CHECK(is_in);
}

TEST_CASE(
  "who asked and went while the file was waited for is not let in, and gives its place back")
{
  const limn::test::FreshFolder folder;
  RealTime time;
  GateOnFiles gate(time.loop, time.disk, time.now(), folder.path());
  std::vector<int> let_in;
  std::vector<std::shared_ptr<RateGate::Ticket>> tickets;
  const auto ask = [&](int number) {
    RateGate::Request request;
    request.limits = {100, 1};
    request.answered = [&, number](RateGate::Admission admission) {
      let_in.push_back(number);
      tickets.push_back(std::move(admission.ticket));
    };
    request.waits = [](milliseconds, const std::string&) {};
    request.noticed = [](const std::string&) {};
    return gate.ask(gateway(), std::move(request));
  };
  std::optional<limn::FileLock> held =
    std::move(*limn::FileLock::take(folder.path() / limn::rate_file_name(gateway())));
  auto first = ask(1);
  const auto second = ask(2);
  const auto later = time.loop.after(20ms, [&] { // the disk thread has both, and waits
    first.reset();
    held.reset();
  });
  time.run([&] { return !let_in.empty(); });
  CHECK(let_in == std::vector<int>{2});
}
