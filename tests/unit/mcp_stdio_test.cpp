#include "base/descriptor.hpp"
#include "fresh_folder.hpp"
#include "loop/epoll_loop.hpp"
#include "mcp/line_reader.hpp"
#include "mcp/request_state.hpp"
#include "mcp/stdio.hpp"
#include "mcp_bench.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

using namespace limn;
using namespace limn::test;
using namespace std::chrono_literals;

namespace {

const std::string k_pong = R"({"jsonrpc":"2.0","id":1,"result":{}})"
                           "\n";

std::string ping_line()
{
  return legacy("1", "ping") + "\n";
}

// The lines that are read from `bytes` in pieces of `size`.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t size, std::size_t longest)
{
  LineReader reader(longest);
  std::vector<std::string> lines;
  const auto take = [&] {
    std::string_view line;
    for (auto next = reader.next(line); next != LineReader::Next::none; next = reader.next(line)) {
      lines.emplace_back(next == LineReader::Next::line ? std::string(line) : "too long");
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    reader.feed(bytes.substr(at, size));
    take();
  }
  reader.end();
  take();
  return lines;
}

// A client at the other ends of what McpStdio reads and writes. Its ends never wait.
struct Client {
  enum class Over { pipes, sockets };

  explicit Client(Over over = Over::pipes)
  {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (over == Over::pipes) {
      REQUIRE(::pipe2(to.data(), O_CLOEXEC) == 0);
      REQUIRE(::pipe2(from.data(), O_CLOEXEC) == 0);
      m_theirs = {to[0], from[1]};
      m_ours = {from[0], to[1]};
    } else {
      REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to.data()) == 0);
      REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, from.data()) == 0);
      m_theirs = {to[0], from[0]};
      m_ours = {from[1], to[1]};
    }
    for (const int end : m_ours) {
      REQUIRE(::fcntl(end, F_SETFL, O_NONBLOCK) == 0);
    }
    serve({m_theirs[0], m_theirs[1]});
  }

  explicit Client(McpStdio::Ends ends) { serve(ends); }

  ~Client()
  {
    stdio.reset();
    for (const auto& ends : {m_ours, m_theirs}) {
      for (const int end : ends) {
        if (end >= 0) {
          ::close(end);
        }
      }
    }
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void serve(McpStdio::Ends ends)
  {
    stdio.emplace(*loop, bench.server, ends, [this] { has_ended = true; });
  }

  void close_in() { ::close(std::exchange(m_ours[1], -1)); }
  void close_out() { ::close(std::exchange(m_ours[0], -1)); }

  // How much of it is taken now.
  std::size_t write_some(std::string_view bytes) const
  {
    const auto size = ::write(m_ours[1], bytes.data(), bytes.size());
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  void read_some()
  {
    std::array<char, 64 * 1024> room{};
    for (;;) {
      const auto size = ::read(m_ours[0], room.data(), room.size());
      if (size <= 0) {
        return;
      }
      heard.append(room.data(), static_cast<std::size_t>(size));
    }
  }

  // Until the server has nothing to do, and the client has read all.
  void settle()
  {
    for (int quiet = 0; quiet < 2;) {
      const auto before = heard.size();
      auto timer = loop->after(0s, [] {});
      loop->turn();
      read_some();
      quiet = heard.size() == before ? quiet + 1 : 0;
    }
  }

  // All of it, reading what comes meanwhile.
  void write(std::string_view bytes)
  {
    while (!bytes.empty()) {
      bytes.remove_prefix(write_some(bytes));
      settle();
    }
  }

  std::string take() { return std::exchange(heard, {}); }

  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  McpBench bench;
  std::optional<McpStdio> stdio;
  std::string heard;
  bool has_ended = false;

private:
  std::array<int, 2> m_ours{-1, -1}; // to read, to write
  std::array<int, 2> m_theirs{-1, -1};
};

} // namespace

TEST_CASE("lines are the same however their bytes come")
{
  const std::string bytes = "one\ntwo\r\n\n\r\n\rfour\r\r\n" + std::string(12, 'x') + "\n"
                            + std::string(13, 'y') + "\n" + std::string(40, 'z') + "\nlast";
  const std::vector<std::string> lines{
    "one", "two", "", "", "\rfour\r", std::string(12, 'x'), "too long", "too long", "last"};
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(lines_of(bytes, size, 12) == lines);
  }
  CHECK(lines_of("", 1, 12).empty());
  CHECK(lines_of("\n", 1, 12) == std::vector<std::string>{""});
  CHECK(lines_of("a\n", 1, 12) == std::vector<std::string>{"a"});
  CHECK(lines_of(std::string(100, 'x'), 7, 12) == std::vector<std::string>{"too long"});
}

TEST_CASE("a question's state is this process's, of this call, and not for ever")
{
  RequestStates states;
  const auto now = RequestStates::Clock::now();
  const auto state = states.make("draw", R"({"a":1,"b":[{"c":2,"d":3}]})", "15", now);
  CHECK(states.terms_of(state, "draw", R"({"b":[{"d":3,"c":2}],"a":1})", now + 29min) == "15");
  CHECK_FALSE(states.terms_of(state, "draw", R"({"b":[{"d":3,"c":2}],"a":1})", now + 31min));
  CHECK_FALSE(states.terms_of(state, "draw", R"({"a":1,"b":[{"c":2,"d":4}]})", now));
  CHECK_FALSE(states.terms_of(state, "drawn", R"({"a":1,"b":[{"c":2,"d":3}]})", now));
  CHECK_FALSE(RequestStates().terms_of(state, "draw", R"({"a":1,"b":[{"c":2,"d":3}]})", now));
  // One yes is for one call.
  const auto other = states.make("draw", "{}", "", now);
  CHECK(states.use(state));
  CHECK_FALSE(states.use(state));
  CHECK(states.use(other));
  CHECK_FALSE(states.use(""));
  CHECK_FALSE(states.use("."));
}

TEST_CASE("a client is answered over pipes and over sockets, whatever cuts its bytes")
{
  const auto session = "\n" + legacy("0", "initialize", R"({"protocolVersion":"2025-11-25"})")
                       + "\r\n \t\n" + "junk\n" + ping_line() + "\xFF\n" + std::string("\0\n", 2)
                       + ping_line();
  std::string whole;
  for (const auto over : {Client::Over::pipes, Client::Over::sockets}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, session.size()}) {
      Client client(over);
      for (std::size_t at = 0; at < session.size(); at += size) {
        client.write(std::string_view(session).substr(at, size));
      }
      client.close_in();
      client.settle();
      CHECK(client.has_ended);
      whole = whole.empty() ? client.heard : whole;
      CHECK(client.heard == whole);
    }
  }
  CHECK(std::ranges::count(whole, '\n') == 6);
  CHECK(whole.ends_with(k_pong));
}

TEST_CASE("the last line needs no end, and what was asked before the end is answered")
{
  Client client;
  client.write_some(ping_line() + legacy("1", "ping"));
  client.close_in();
  run_until(*client.loop, [&] { return client.has_ended; });
  client.read_some();
  CHECK(client.heard == k_pong + k_pong);
}

TEST_CASE("a line that is too long is skipped, and the next one is read")
{
  Client client;
  client.write(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":")"
               + std::string(10'000'000, 'x') + "\"}}\n" + ping_line());
  CHECK(
    client.take()
    == R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: a message has at most 4194304 bytes"}})"
       "\n"
         + k_pong);
  // One that is as long as may be is none of these.
  auto longest = legacy("1", "ping", R"({"a":""})");
  longest.insert(longest.size() - 3, McpStdio::k_longest_line - longest.size(), 'x');
  REQUIRE(longest.size() == McpStdio::k_longest_line);
  client.write(longest + "\r\n");
  CHECK(client.take().find("\"id\":1") != std::string::npos);
}

TEST_CASE("while a client does not read no more is read from it, and nothing is lost")
{
  Client client;
  const auto line = modern("1", "tools/list") + "\n";
  std::size_t written = 0;
  std::size_t idle = 0;
  // Until nothing is taken any more.
  for (std::string rest; idle < 20;) {
    if (rest.empty()) {
      rest = line;
    }
    const auto size = client.write_some(rest);
    written += size;
    rest.erase(0, size);
    idle = size == 0 ? idle + 1 : 0;
    auto timer = client.loop->after(0s, [] {});
    client.loop->turn();
    REQUIRE(written < 64 * McpStdio::k_most_waiting);
    if (idle == 20) {
      client.heard.clear();
      client.settle();
      client.write(rest);
      written += rest.size();
    }
  }
  CHECK(static_cast<std::size_t>(std::ranges::count(client.heard, '\n')) == written / line.size());
  CHECK(client.bench.peer->pending() == 0);
}

TEST_CASE("an answer that comes later is written when it comes")
{
  Client client;
  client.write(modern("1", "tools/call", R"(,"name":"draw")") + "\n");
  CHECK(client.heard.empty());
  client.bench.tools.reply(0, ToolResult{.json = "{}", .previews = {std::string(700'000, 'x')}});
  client.settle();
  CHECK(client.take().size() > 900'000);
  client.write(ping_line());
  CHECK(client.take() == k_pong);
}

TEST_CASE("a client that does not read is not told of progress without end")
{
  Client client;
  client.write(modern("1", "tools/call", R"(,"name":"draw")", "{}", R"(,"progressToken":1)")
               + "\n");
  const auto told = [](const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find("/progress"); at != std::string::npos;
         at = text.find("/progress", at + 1)) {
      ++count;
    }
    return count;
  };
  const std::string message(1000, 'x');
  const auto progress = client.bench.tools.calls.front().progress;
  for (int i = 0; i < 5000; ++i) {
    progress(i, std::nullopt, message);
  }
  client.bench.tools.reply(0, ToolResult{.json = R"({"state":"done"})"});
  client.settle();
  CHECK(told(client.heard) > 900);
  CHECK(told(client.heard) < 1200);
  CHECK(client.take().find(R"(\"done\")") != std::string::npos); // what it waits for is told
  client.write(modern("2", "tools/call", R"(,"name":"draw")", "{}", R"(,"progressToken":2)")
               + "\n");
  client.bench.tools.calls.back().progress(1, std::nullopt, message);
  client.settle();
  CHECK(told(client.heard) == 1);
}

TEST_CASE("a client that goes ends it, and the calls that it waited for are cancelled")
{
  enum class Goes { in, out, closed };
  for (const auto over : {Client::Over::pipes, Client::Over::sockets}) {
    for (const auto goes : {Goes::in, Goes::out, Goes::closed}) {
      Client client(over);
      client.write(modern("1", "tools/call", R"(,"name":"draw")") + "\n");
      REQUIRE(client.bench.tools.calls.size() == 1);
      if (goes == Goes::in) {
        client.close_in();
      } else if (goes == Goes::closed) {
        client.stdio->close();
      } else {
        client.close_out();
        if (over == Client::Over::sockets) { // only who writes there notices
          client.write_some(ping_line());
        }
      }
      run_until(*client.loop, [&] { return client.has_ended; });
      CHECK(client.bench.tools.calls.front().is_cancelled);
      client.stdio->close();
      CHECK(client.has_ended);
    }
  }
}

TEST_CASE("a client that goes without reading is not waited for long")
{
  Client client;
  client.write_some(modern("1", "tools/call", R"(,"name":"draw")") + "\n");
  client.loop->turn();
  client.bench.tools.reply(0, ToolResult{.json = "{}", .previews = {std::string(700'000, 'x')}});
  const auto begun = client.loop->now();
  client.stdio->close();
  run_until(*client.loop, [&] { return client.has_ended; });
  CHECK(client.loop->now() - begun >= 900ms);
  CHECK(client.loop->now() - begun < 10s);
}

TEST_CASE("files and /dev/null are read to their end")
{
  const FreshFolder folder;
  const auto in = folder.path() / "in";
  const auto out = folder.path() / "out";
  std::string lines;
  for (int i = 0; i < 10'000; ++i) {
    lines += ping_line();
  }
  std::ofstream(in) << lines;
  const Descriptor read(::open(in.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor write(::open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  {
    Client client(McpStdio::Ends{read.number(), write.number()});
    run_until(*client.loop, [&] { return client.has_ended; });
  }
  std::ifstream written(out);
  const std::string text(std::istreambuf_iterator<char>(written), {});
  CHECK(text.size() == 10'000 * k_pong.size());
  CHECK(text.ends_with(k_pong));

  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  Client client(McpStdio::Ends{null.number(), null.number()});
  run_until(*client.loop, [&] { return client.has_ended; });
  CHECK(client.has_ended);
}

TEST_CASE("flags of descriptors, which others may share, stay as they are")
{
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const std::array<int, 2> before{::fcntl(ends[0], F_GETFL), ::fcntl(ends[1], F_GETFL)};
  {
    Client client(McpStdio::Ends{ends[0], ends[1]});
    client.stdio->close();
    run_until(*client.loop, [&] { return client.has_ended; });
  }
  CHECK(std::array<int, 2>{::fcntl(ends[0], F_GETFL), ::fcntl(ends[1], F_GETFL)} == before);
  ::close(ends[0]);
  ::close(ends[1]);
}
