#include "http_server/http_server.hpp"

#include "http_server/http_server_impl.hpp"

#include <utility>

namespace limn {

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, ServerOptions options,
                                                       OnRequest on_request)
{
  LIMN_TRY_ASSIGN(auto listeners, open_listeners(options));
  auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(on_request));
  impl->listen(std::move(listeners));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const
{
  return m_impl->port;
}

std::vector<std::string> HttpServer::places() const
{
  std::vector<std::string> places;
  for (const auto& one : m_impl->accepting) {
    places.push_back(one.listener.place);
  }
  return places;
}

void HttpServer::stop_listening()
{
  m_impl->stop_listening();
}

std::size_t HttpServer::connections() const
{
  return m_impl->connections.size();
}

Client HttpServer::client(ExchangeId id) const
{
  const auto found = m_impl->connections.find(id.connection);
  return found == m_impl->connections.end() ? Client() : found->second->client;
}

void HttpServer::begin(ExchangeId id, const ReplyHead& head)
{
  m_impl->say(id, [&](Connection& connection) { connection.begin(id.request, head); });
}

void HttpServer::write(ExchangeId id, std::shared_ptr<const std::string> piece)
{
  m_impl->say(id, [&](Connection& connection) { connection.write(id.request, std::move(piece)); });
}

void HttpServer::write(ExchangeId id, std::string piece)
{
  write(id, std::make_shared<const std::string>(std::move(piece)));
}

void HttpServer::finish(ExchangeId id)
{
  m_impl->say(id, [&](Connection& connection) { connection.finish(id.request); });
}

void HttpServer::reply(ExchangeId id, ReplyHead head, std::string body)
{
  head.length = body.size();
  begin(id, head);
  write(id, std::move(body));
  finish(id);
}

void HttpServer::pause(ExchangeId id)
{
  m_impl->say(id, [&](Connection& connection) { connection.pause(id.request); });
}

void HttpServer::resume(ExchangeId id)
{
  m_impl->say(id, [&](Connection& connection) { connection.resume(id.request); });
}

std::uint64_t HttpServer::waiting(ExchangeId id) const
{
  const auto found = m_impl->connections.find(id.connection);
  return found == m_impl->connections.end() ? 0 : found->second->connection.waiting(id.request);
}

void HttpServer::send_raw(ExchangeId id, std::string bytes)
{
  m_impl->say(id,
              [&](Connection& connection) { connection.send_raw(id.request, std::move(bytes)); });
}

void HttpServer::hang_up(ExchangeId id, HangUp how)
{
  m_impl->say(id, [&](Connection& connection) { connection.hang_up(id.request, how); });
}

} // namespace limn
