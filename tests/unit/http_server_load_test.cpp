#include "base/base64.hpp"
#include "base/descriptor_limit.hpp"
#include "fresh_folder.hpp"
#include "server_bench.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <ostream>
#include <span>

namespace limn {

using test::FreshFolder;
using test::k_get;
using test::ok;
using test::post;
using test::RawClient;
using test::ServerBench;
using Heard = ServerBench::Heard;

namespace {

// Of one connection in one turn of the loop: twice what it may do before it is others' turn.
constexpr std::size_t k_most_steps = 2 * 64 + 2;

// The limit of descriptors, which is this again at the end.
struct KeptLimit {
  KeptLimit() { REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0); }
  ~KeptLimit() { ::setrlimit(RLIMIT_NOFILE, &limit); }

  rlimit limit{};
};

// Those that the limit leaves.
std::vector<Descriptor> all_descriptors()
{
  std::vector<Descriptor> all;
  while (true) {
    Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!one) {
      REQUIRE(errno == EMFILE);
      REQUIRE(!all.empty());
      return all;
    }
    all.push_back(std::move(one));
  }
}

// Reads an answer and keeps nothing of it.
class CountingClient
{
public:
  CountingClient(Loop& loop, std::uint16_t port)
    : m_socket(test::connected_to("127.0.0.1", port)),
      m_watch(loop.watch(m_socket.number(), Events::readable, [this](Events) { read(); }))
  {
    ::send(m_socket.number(), k_get, std::string_view(k_get).size(), 0);
  }
  std::uint64_t count() const { return m_count; }
  bool has_all() const { return m_end.ends_with("\r\n0\r\n\r\n"); }

private:
  void read()
  {
    static std::array<char, 1U << 18U> bytes;
    const auto count = ::recv(m_socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      m_count += static_cast<std::uint64_t>(count);
      const std::string_view piece(bytes.data(), static_cast<std::size_t>(count));
      m_end += piece.substr(piece.size() - std::min<std::size_t>(piece.size(), 16));
      m_end.erase(0, m_end.size() - std::min<std::size_t>(m_end.size(), 16));
    }
  }

  Descriptor m_socket;
  Watch m_watch;
  std::uint64_t m_count = 0;
  std::string m_end; // of what came
};

} // namespace

TEST_CASE("an answer without an end leaves others their turn")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    if (one.head.method == "GET") {
      bench.server->begin(one.id, {});
    } else {
      bench.server->reply(one.id, {}, "quick");
    }
  };
  bench.on_drained = [&](Heard& one) { bench.server->write(one.id, "x"); };
  auto endless = bench.client();
  endless.say(k_get);
  bench.until([&] { return !bench.heard.empty() && bench.heard[0]->drained > 0; });
  for (int i = 0; i < 20; ++i) {
    const auto before = bench.heard[0]->drained;
    bench.turn(1);
    CHECK(static_cast<std::size_t>(bench.heard[0]->drained - before) <= k_most_steps);
    CHECK(bench.heard[0]->drained > before);
  }
  auto quick = bench.client();
  quick.say(post("fox"));
  const auto before = bench.heard[0]->drained;
  CHECK(quick.hear("quick") == ok("quick"));
  CHECK(static_cast<std::size_t>(bench.heard[0]->drained - before) <= 6 * k_most_steps);
}

TEST_CASE("many requests that are sent at once leave others their turn")
{
  constexpr std::size_t k_count = 2'000;
  ServerBench bench;
  auto many = bench.client();
  std::string requests;
  for (std::size_t i = 0; i < k_count; ++i) {
    requests += k_get;
  }
  many.say(requests);
  while (bench.heard.size() < k_count) {
    const auto before = bench.heard.size();
    bench.turn(1);
    CHECK(bench.heard.size() - before <= k_most_steps);
  }
  std::string answers;
  for (std::size_t i = 0; i < k_count; ++i) {
    answers += ok("GET /a?b ");
  }
  many.say("GET / HTTP/1.0\r\n\r\n");
  CHECK(many.hear_all().starts_with(answers));
}

TEST_CASE("two thousand connections are served and kept")
{
  constexpr int k_count = 2'000;
  REQUIRE(raise_descriptor_limit(2 * k_count + 100) >= 2 * k_count + 100);
  ServerBench bench;
  std::deque<RawClient> clients;
  for (int i = 0; i < k_count; ++i) {
    clients.emplace_back(*bench.loop, bench.server->port());
    if (i % 100 == 0) {
      bench.turn(100); // the kernel's line is not so long
    }
  }
  for (int round = 0; round < 2; ++round) {
    for (auto& client : clients) {
      client.say(k_get);
    }
    for (auto& client : clients) {
      CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
    }
  }
  CHECK(std::none_of(clients.begin(), clients.end(),
                     [](const auto& client) { return client.is_closed(); }));
  CHECK(bench.heard.size() == 2 * k_count);
  CHECK(bench.heard.back()->id.connection == bench.heard[k_count - 1]->id.connection);
}

TEST_CASE("a quick client is answered in its turn among a thousand whose heads do not come")
{
  constexpr int k_count = 1'000;
  constexpr int k_told_in_a_turn = 64; // by the kernel
  REQUIRE(raise_descriptor_limit(2 * k_count + 100) >= 2 * k_count + 100);
  ServerBench bench;
  std::deque<RawClient> slow;
  for (int i = 0; i < k_count; ++i) {
    slow.emplace_back(*bench.loop, bench.server->port()).say("GET / HTTP/1.1\r\nX: ");
    if (i % 100 == 0) {
      bench.turn(100);
    }
  }
  for (int round = 0; round < 3; ++round) {
    auto quick = bench.client();
    quick.say(k_get);
    int turns = 0;
    for (; quick.heard().empty(); ++turns) {
      for (auto& client : slow) {
        client.say("x");
      }
      bench.turn(1);
      REQUIRE(turns < 1'000);
    }
    // To be taken, heard and told that its answer is there: each once that all others were,
    // and a little for a kernel that is late.
    CHECK(turns <= 5 * (k_count / k_told_in_a_turn + 2));
    CHECK(quick.hear("GET /a?b ") == ok("GET /a?b "));
  }
  CHECK(bench.heard.size() == 3);
}

TEST_CASE("an idle connection whose next request is there already is not ended for another")
{
  ServerOptions options;
  options.max_connections = 1;
  ServerBench bench(options);
  auto kept = bench.client();
  kept.say(k_get);
  CHECK(kept.hear("GET /a?b ") == ok("GET /a?b "));
  bench.turn(3);
  // The kernel tells of the new one first.
  auto other = bench.client();
  kept.say(post("fox"));
  other.say(k_get);
  CHECK(kept.hear("fox") == ok("POST /p fox"));
  CHECK(other.hear("GET /a?b ") == ok("GET /a?b "));
  CHECK(kept.hear_all().empty());
}

TEST_CASE("an idle connection is not ended for the want of a descriptor that nobody waits for")
{
  ServerBench bench;
  auto idle = bench.client();
  idle.say(k_get);
  idle.hear("GET /a?b ");
  auto last = bench.client();
  last.say(k_get);
  const KeptLimit before;
  const rlimit few{256, before.limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto taken = all_descriptors();
  taken.pop_back(); // the one that is left
  CHECK(last.hear("GET /a?b ") == ok("GET /a?b "));
  bench.turn(10);
  CHECK_FALSE(idle.is_closed());
}

TEST_CASE("where no descriptor is left an idle connection makes room, and else a client waits")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    if (one.head.method == "GET") {
      bench.server->reply(one.id, {}, "here");
    }
  };
  auto idle = bench.client();
  idle.say(k_get);
  idle.hear("here");
  bench.turn(3);
  auto first = bench.client();
  auto second = bench.client();
  first.say(post("busy"));
  second.say(k_get);
  const KeptLimit before;
  const rlimit few{256, before.limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  const auto taken = all_descriptors();
  bench.until([&] { return idle.is_closed(); });
  bench.until([&] { return bench.heard.size() == 2 && bench.heard[1]->is_received; });
  // Nobody is idle now: the loop waits instead of asking again and again.
  int turns = 0;
  bool is_time = false;
  const auto timer = bench.loop->after(std::chrono::milliseconds(350), [&] { is_time = true; });
  bench.until([&] { return ++turns > 0 && is_time; });
  CHECK(turns <= 16);
  CHECK(second.heard().empty());
  bench.server->reply(bench.heard[1]->id, {}, "busy no more");
  first.hear("no more");
  CHECK(second.hear("here") == ok("here"));
  CHECK(first.hear_all().empty());
}

TEST_CASE("files go out as base64 on many connections at once, a piece of each in memory")
{
  constexpr std::size_t k_connections = 64;
  constexpr std::size_t k_file = 22'500'000; // 30 MB as base64
  constexpr std::size_t k_big = 8;           // each so manieth; the others are a tenth
  constexpr std::size_t k_read = 48U << 10U; // whole groups of base64
  constexpr std::uint64_t k_framing = 16;
  constexpr std::uint64_t k_piece = k_read / 3 * 4;
  FreshFolder folder;
  const auto path = folder.write("picture", std::string(k_file, 'x'));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ServerBench bench;
  std::vector<std::size_t> sent; // of the file, by exchange
  std::uint64_t most = 0;
  std::vector<std::byte> bytes(k_read);
  const auto size_of = [](std::size_t index) { return index % k_big == 0 ? k_file : k_file / 10; };
  const auto index_of = [&](const Heard& one) {
    return static_cast<std::size_t>(std::find_if(bench.heard.begin(), bench.heard.end(),
                                                 [&](const auto& h) { return h.get() == &one; })
                                    - bench.heard.begin());
  };
  bench.on_received = [&](Heard& one) {
    sent.resize(bench.heard.size());
    bench.server->begin(one.id, {});
  };
  bench.on_drained = [&](Heard& one) {
    const auto index = index_of(one);
    auto& at = sent[index];
    const auto count = ::pread(file.number(), bytes.data(), std::min(k_read, size_of(index) - at),
                               static_cast<off_t>(at));
    if (count <= 0) {
      bench.server->finish(one.id);
      return;
    }
    at += static_cast<std::size_t>(count);
    bench.server->write(one.id,
                        base64_encode(std::span(bytes).first(static_cast<std::size_t>(count))));
    std::uint64_t waiting = 0;
    for (const auto& each : bench.heard) {
      waiting += bench.server->waiting(each->id);
    }
    most = std::max(most, waiting);
  };
  std::deque<CountingClient> clients;
  for (std::size_t i = 0; i < k_connections; ++i) {
    clients.emplace_back(*bench.loop, bench.server->port());
  }
  bench.until([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& client) { return client.has_all(); });
  });
  CHECK(most <= k_connections * (k_piece + k_framing));
  CHECK(most > k_piece);
  // They are taken in the order in which they came.
  for (std::size_t i = 0; i < k_connections; ++i) {
    CAPTURE(i);
    CHECK(sent[i] == size_of(i));
    CHECK(clients[i].count() > size_of(i) / 3 * 4);
    CHECK(clients[i].count() == clients[i % k_big == 0 ? 0 : 1].count());
  }
}

} // namespace limn
