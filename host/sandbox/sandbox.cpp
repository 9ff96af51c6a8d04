#include "sandbox/sandbox.hpp"

#include "http_server/http_server.hpp"
#include "sandbox/answer_sender.hpp"
#include "sandbox/mock_gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  class Asking;

  explicit Impl(Loop& a_loop) : loop(a_loop) {}

  Loop& loop;
  sandbox::MockGateway gateway;
  std::map<ExchangeId, Asking*> open;
  std::deque<ExchangeId> to_draw;
  Timer drawing;
  std::unique_ptr<HttpServer> server; // ends first

  void draw_later(ExchangeId id);
  void draw_next();
};

// Takes a request, and sends the answer once there is one.
class Sandbox::Impl::Asking : public RequestReceiver
{
public:
  Asking(Impl& sandbox, ExchangeId id, const RequestHead& head) : m_sandbox(sandbox), m_id(id)
  {
    m_request.method = head.method;
    m_request.path = std::string(head.path());
    m_request.query = head.target.substr(std::min(m_request.path.size() + 1, head.target.size()));
    m_request.headers = head.headers;
    m_sandbox.open.emplace(id, this);
  }
  ~Asking() override { m_sandbox.open.erase(m_id); }

  void body(std::string_view piece) override { m_request.body += piece; }
  void received() override
  {
    m_request.received_at = m_sandbox.loop.now();
    m_answer = m_sandbox.gateway.begin_answer(std::exchange(m_request, {}));
    if (m_answer.drawing) {
      m_sandbox.draw_later(m_id);
    } else {
      send();
    }
  }
  void drained() override { m_sender->go_on(); }

  // Paints what is yet to be painted.
  void send()
  {
    m_sender.emplace(m_sandbox.loop, *m_sandbox.server, m_id, drawn(std::move(m_answer)));
    m_sender->start();
  }

private:
  Impl& m_sandbox;
  ExchangeId m_id;
  sandbox::Request m_request;
  sandbox::Answer m_answer;
  std::optional<sandbox::AnswerSender> m_sender;
};

// One a turn: what comes while a picture is painted is heard once that one is done, and answered
// before the next where it is quick, as by a gateway that draws elsewhere.
void Sandbox::Impl::draw_later(ExchangeId id)
{
  to_draw.push_back(id);
  if (to_draw.size() == 1) {
    drawing = loop.after({}, [this] { draw_next(); });
  }
}

void Sandbox::Impl::draw_next()
{
  const auto id = to_draw.front();
  if (const auto asking = open.find(id); asking != open.end()) {
    asking->second->send();
  } // else its client is gone: what it cost is counted already
  to_draw.pop_front();
  if (!to_draw.empty()) {
    drawing = loop.after({}, [this] { draw_next(); });
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
