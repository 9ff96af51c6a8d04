#pragma once

#include "http_server/http_server.hpp"
#include "loop/epoll_loop.hpp"
#include "raw_client.hpp"
#include "run_until.hpp"

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn::test {

inline std::string to_string(ExchangeEnd end)
{
  switch (end) {
  case ExchangeEnd::sent:
    return "sent";
  case ExchangeEnd::client_gone:
    return "client gone";
  case ExchangeEnd::refused:
    return "refused";
  case ExchangeEnd::hung_up:
    return "hung up";
  }
  return {};
}

inline constexpr const char* k_get = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";

// The answer with that body, as of ServerBench's echo.
inline std::string ok(std::string_view body)
{
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

inline std::string post(std::string_view body)
{
  return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                     body);
}

// A server that does what a test says, and what its receivers heard.
struct ServerBench {
  struct Heard {
    ExchangeId id;
    RequestHead head;
    std::string body;
    bool is_received = false;
    int drained = 0;
    std::string end; // of the exchange; empty: it goes on
  };
  using Act = std::function<void(Heard&)>;

  class Receiver : public RequestReceiver
  {
  public:
    Receiver(ServerBench& bench, Heard& heard) : m_bench(bench), m_heard(heard) {}
    void body(std::string_view piece) override
    {
      m_heard.body += piece;
      if (m_bench.on_body) {
        m_bench.on_body(m_heard);
      }
    }
    void received() override
    {
      m_heard.is_received = true;
      m_bench.on_received(m_heard);
    }
    void drained() override
    {
      ++m_heard.drained;
      if (m_bench.on_drained) {
        m_bench.on_drained(m_heard);
      }
    }
    void ended(ExchangeEnd end) override
    {
      m_heard.end = to_string(end);
      if (m_bench.on_ended) {
        m_bench.on_ended(m_heard);
      }
    }

  private:
    ServerBench& m_bench;
    Heard& m_heard;
  };

  explicit ServerBench(ServerOptions options = {})
  {
    auto listening =
      HttpServer::listen(*loop, std::move(options), [this](ExchangeId id, const RequestHead& head) {
        auto& one = *heard.emplace_back(std::make_unique<Heard>(Heard{id, head, {}, false, 0, {}}));
        if (on_head) {
          on_head(one);
        }
        return std::make_unique<Receiver>(*this, one);
      });
    server = std::move(*listening);
  }

  RawClient client(RawClient::Reading reading = RawClient::Reading::at_once)
  {
    return RawClient(*loop, server->port(), reading);
  }
  // Turns of the loop, none of which waits.
  void turn(int times)
  {
    for (int i = 0; i < times; ++i) {
      loop->post([] {});
      loop->turn();
    }
  }
  void until(const std::function<bool()>& done) { run_until(*loop, done); }

  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::vector<std::unique_ptr<Heard>> heard;
  Act on_head;                           // may be empty
  Act on_body;                           // likewise
  Act on_drained;                        // likewise
  Act on_ended;                          // likewise
  Act on_received = [this](Heard& one) { // an echo
    server->reply(one.id, {}, fmt::format("{} {} {}", one.head.method, one.head.target, one.body));
  };
  std::unique_ptr<HttpServer> server; // ends first
};

} // namespace limn::test
