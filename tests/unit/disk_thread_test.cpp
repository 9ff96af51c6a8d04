#include "child_process.hpp"
#include "disk_at_once.hpp"
#include "false_loop.hpp"
#include "loop/disk_thread.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>
#include <pthread.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

using limn::DiskThread;
using namespace std::chrono_literals;

namespace {

std::ptrdiff_t threads()
{
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

} // namespace

TEST_CASE("work is done in a thread of its own, one after the other, and told in the loop's")
{
  const auto loop = std::move(*limn::epoll_loop());
  DiskThread disk(*loop);
  const auto here = std::this_thread::get_id();
  std::vector<int> done; // in the other thread
  std::vector<int> told;
  constexpr int k_most = 500;
  for (int i = 0; i < k_most; ++i) {
    disk.run(
      [&done, i] {
        done.push_back(i);
        return std::this_thread::get_id();
      },
      [&, i](std::thread::id where) {
        CHECK(where != here);
        CHECK(std::this_thread::get_id() == here);
        told.push_back(i);
      });
  }
  limn::test::run_until(*loop, [&] { return told.size() == k_most; });
  std::vector<int> expected(k_most);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(done == expected);
  CHECK(told == expected);
}

TEST_CASE("the loop goes on while the disk is waited for")
{
  const auto loop = std::move(*limn::epoll_loop());
  DiskThread disk(*loop);
  std::promise<void> disk_is_ready;
  bool is_told = false;
  disk.run(
    [ready = disk_is_ready.get_future().share()] {
      ready.wait();
      return 1;
    },
    [&](int) { is_told = true; });
  const auto later = loop->after(1ms, [&] {
    CHECK_FALSE(is_told);
    disk_is_ready.set_value();
  });
  limn::test::run_until(*loop, [&] { return is_told; });
  CHECK(is_told);
}

TEST_CASE("all that was given is done before the thread ends, and nobody who is gone is told")
{
  const auto loop = std::move(*limn::epoll_loop());
  int done = 0;
  int told = 0;
  {
    DiskThread disk(*loop);
    for (int i = 0; i < 100; ++i) {
      disk.run([&done] { return ++done; }, [&told](int) { ++told; });
      disk.run([&done] { ++done; });
    }
  }
  CHECK(done == 200);
  bool is_over = false;
  loop->post([&] { is_over = true; });
  limn::test::run_until(*loop, [&] { return is_over; });
  CHECK(told == 0);
}

TEST_CASE("who gives nothing has no thread")
{
  const auto loop = std::move(*limn::epoll_loop());
  const auto before = threads();
  DiskThread disk(*loop);
  CHECK(threads() == before);
  std::ptrdiff_t within = 0;
  disk.run([] { return threads(); }, [&](std::ptrdiff_t count) { within = count; });
  limn::test::run_until(*loop, [&] { return within != 0; });
  CHECK(within == before + 1);
}

TEST_CASE("signals stay with the loop's thread")
{
  const auto blocked = [] {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    int count = 0;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
      count += ::sigismember(&mask, signal);
    }
    return count;
  };
  const auto loop = std::move(*limn::epoll_loop());
  DiskThread disk(*loop);
  int there = 0;
  disk.run(blocked, [&](int count) { there = count; });
  limn::test::run_until(*loop, [&] { return there != 0; });
  CHECK(there == 4);
  CHECK(blocked() == 0);
}

TEST_CASE("what only one can have is handed over and back, and goes in the loop's thread")
{
  struct Owned {
    std::thread::id* where;
    ~Owned() { *where = std::this_thread::get_id(); }
  };
  const auto loop = std::move(*limn::epoll_loop());
  DiskThread disk(*loop);
  std::thread::id where;
  std::thread::id where_of_told;
  bool is_told = false;
  disk.run([one = std::unique_ptr<Owned>(new Owned{&where})]() mutable { return std::move(one); },
           [&, other = std::unique_ptr<Owned>(new Owned{&where_of_told})](
             std::unique_ptr<Owned> one) { is_told = one != nullptr; });
  limn::test::run_until(*loop, [&] { return is_told; });
  CHECK(where == std::this_thread::get_id());
  CHECK(where_of_told == std::this_thread::get_id());
}

TEST_CASE("where no thread is to be had the loop's does the work")
{
  const auto child = limn::test::start_child([] {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, std::size_t{1} << 50); // more than there are addresses
    if (::pthread_setattr_default_np(&attributes) != 0) {
      return 1;
    }
    const auto loop = std::move(*limn::epoll_loop());
    DiskThread disk(*loop);
    std::vector<int> told;
    for (int i = 0; i < 3; ++i) {
      disk.run([i] { return i; }, [&](int one) { told.push_back(one); });
    }
    if (threads() != 1 || !told.empty()) {
      return 2;
    }
    limn::test::run_until(*loop, [&] { return told.size() == 3; });
    return told == std::vector<int>{0, 1, 2} ? 0 : 3;
  });
  CHECK(limn::test::exit_status_of(child) == 0);
}

TEST_CASE("with the false clock the work is done at once, and told after what is under way")
{
  limn::test::FalseLoop loop;
  limn::test::DiskAtOnce disk(loop);
  bool is_done = false;
  bool is_told = false;
  disk.run([&] { return is_done = true; }, [&](bool) { is_told = true; });
  CHECK(is_done);
  CHECK_FALSE(is_told);
  loop.run_for(0ms);
  CHECK(is_told);
}
