#include "sandbox/sandbox.hpp"

#include "http_server/http_server.hpp"
#include "sandbox/answer_sender.hpp"
#include "sandbox/mock_gateway.hpp"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace limn {

namespace {

ServerOptions server_options(const SandboxOptions& options)
{
  ServerOptions server;
  server.port = options.port;
  server.max_connections = 4096;
  // Clients that are slow, or stopped, are what is tried out here.
  server.idle_time = server.head_time = server.progress_time = std::chrono::hours(24);
  return server;
}

} // namespace

struct Sandbox::Impl {
  // A request that is whole. The gateway hears of it also where its client is gone by then.
  struct Asked {
    ExchangeId id;
    sandbox::Request request;
  };
  class Asking;

  explicit Impl(Loop& a_loop) : loop(a_loop) {}

  Loop& loop;
  sandbox::MockGateway gateway;
  std::map<ExchangeId, Asking*> open;
  std::deque<Asked> asked;
  Timer answering;
  std::unique_ptr<HttpServer> server; // ends first

  void take(Asked one);
  void answer_next();
};

// Takes a request, and sends the answer once there is one.
class Sandbox::Impl::Asking : public RequestReceiver
{
public:
  Asking(Impl& sandbox, ExchangeId id, const RequestHead& head) : m_sandbox(sandbox), m_id(id)
  {
    m_request.method = head.method;
    m_request.path = std::string(head.path());
    m_request.headers = head.headers;
    m_sandbox.open.emplace(id, this);
  }
  ~Asking() override { m_sandbox.open.erase(m_id); }

  void body(std::string_view piece) override { m_request.body += piece; }
  void received() override
  {
    m_request.received_at = m_sandbox.loop.now();
    m_sandbox.take({m_id, std::move(m_request)});
  }
  void drained() override { m_sender->go_on(); }

  void send(sandbox::Answer answer)
  {
    m_sender.emplace(m_sandbox.loop, *m_sandbox.server, m_id, std::move(answer));
    m_sender->start();
  }

private:
  Impl& m_sandbox;
  ExchangeId m_id;
  sandbox::Request m_request;
  std::optional<sandbox::AnswerSender> m_sender;
};

// One a turn: what comes while a picture is painted is heard as soon as it is, not when all are.
void Sandbox::Impl::take(Asked one)
{
  asked.push_back(std::move(one));
  if (asked.size() == 1) {
    answering = loop.after({}, [this] { answer_next(); });
  }
}

void Sandbox::Impl::answer_next()
{
  const auto one = std::move(asked.front());
  auto answer = gateway.answer(one.request);
  asked.pop_front();
  if (!asked.empty()) {
    answering = loop.after({}, [this] { answer_next(); });
  }
  if (const auto asking = open.find(one.id); asking != open.end()) {
    asking->second->send(std::move(answer));
  }
}

Result<std::unique_ptr<Sandbox>> Sandbox::start(Loop& loop, SandboxOptions options)
{
  auto impl = std::make_unique<Impl>(loop);
  auto server = HttpServer::listen(loop, server_options(options),
                                   [sandbox = impl.get()](ExchangeId id, const RequestHead& head) {
                                     return std::make_unique<Impl::Asking>(*sandbox, id, head);
                                   });
  if (!server) {
    server.error().hint = "choose another with --port, or 0 for any free one";
    return fail(std::move(server.error()));
  }
  impl->server = std::move(*server);
  impl->gateway.set_port(impl->server->port());
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Sandbox::~Sandbox() = default;

std::uint16_t Sandbox::port() const
{
  return m_impl->server->port();
}

std::string Sandbox::base_url(std::string_view behaviour) const
{
  return fmt::format("http://127.0.0.1:{}/{}/v1", port(), behaviour);
}

} // namespace limn
