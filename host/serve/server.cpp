#include "serve/server.hpp"

#include "base/contains.hpp"
#include "base/descriptor_limit.hpp"
#include "serve/images_endpoint.hpp"
#include "serve/models_endpoint.hpp"
#include "serve/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::uint64_t k_other_descriptors = 128;               // files, pipes, jobs.db
constexpr std::uint64_t k_most_held = std::uint64_t{128} << 20U; // of all bodies that are coming
constexpr std::uint32_t k_most_head = 8U << 10U;

std::string methods_text(const Route& route)
{
  std::string text;
  for (const auto method : route.methods) {
    text += fmt::format("{}, ", method);
  }
  return text + "OPTIONS";
}

} // namespace

// Stands between a connection and what an endpoint makes of its request.
class ImageServer::Receiver : public RequestReceiver
{
public:
  // `inner` may be null.
  Receiver(ImageServer& server, ExchangeId id, std::unique_ptr<RequestReceiver> inner)
    : m_server(server), m_id(id), m_inner(std::move(inner))
  {
  }

  void body(std::string_view piece) override
  {
    if (m_inner) {
      m_inner->body(piece);
    }
  }

  void received() override
  {
    m_server.m_receiving.erase(m_id);
    if (m_inner) {
      m_inner->received();
    }
  }

  void drained() override
  {
    m_server.m_replies->drained(m_id);
    if (m_inner) {
      m_inner->drained();
    }
  }

  void ended(ExchangeEnd end) override
  {
    m_server.m_receiving.erase(m_id);
    m_server.m_replies->ended(m_id);
    if (m_inner) {
      m_inner->ended(end);
    }
    m_server.look_whether_closed();
  }

private:
  ImageServer& m_server;
  ExchangeId m_id;
  std::unique_ptr<RequestReceiver> m_inner;
};

ImageServer::ImageServer(Session& session, ServeOptions options)
  : m_session(session), m_options(std::move(options)), m_rules{m_options.address, 0,
                                                               m_options.hosts, m_options.origins},
    m_keys(local_keys_file(session.host().options().settings_files)), m_bodies(k_most_held)
{
}

ImageServer::~ImageServer()
{
  m_http.reset(); // its receivers have parts of this
}

Result<std::unique_ptr<ImageServer>> ImageServer::start(Session& session, ServeOptions options)
{
  std::unique_ptr<ImageServer> server(new ImageServer(session, std::move(options)));
  LIMN_TRY(server->check_keys());
  LIMN_TRY(server->listen());
  server->add_endpoints();
  return server;
}

Done ImageServer::check_keys()
{
  if (m_options.keys == KeyUse::none) {
    return is_loopback(m_options.address)
             ? Done()
             : fail(FailureClass::usage,
                    fmt::format("--no-key is for this machine alone, and {} is open to others",
                                m_options.address),
                    "leave out --no-key, and give each program a key: limn serve key new NAME");
  }
  if (m_options.keys == KeyUse::or_link || !m_keys.all().empty()) {
    return {};
  }
  return fail(m_keys.problem().empty() ? FailureClass::usage : FailureClass::settings,
              m_keys.problem().empty() ? "there is no key that a program could use"
                                       : m_keys.problem(),
              "make one: limn serve key new NAME; or let everybody on this machine draw at your "
              "cost: --no-key");
}

Done ImageServer::listen()
{
  ServerOptions http;
  raise_descriptor_limit(http.max_connections + k_other_descriptors);
  http.addresses = {m_options.address};
  http.port = m_options.port;
  http.max_head_size = k_most_head;
  http.head_time = std::chrono::seconds(10);
  http.idle_time = std::chrono::seconds(60);
  http.max_body_size = std::uint64_t{1} << 40U; // each endpoint's own is told as the API does
  LIMN_TRY_ASSIGN(m_http, HttpServer::listen(m_session.loop(), std::move(http),
                                             [this](ExchangeId id, const RequestHead& head) {
                                               return take(id, head);
                                             }));
  m_rules.port = m_http->port();
  if (!is_loopback(m_options.address)) {
    m_session.terminal().say(LogLevel::warning,
                             "this address is open to others, and what goes over it, keys, too, "
                             "can be read on the way: put a proxy with TLS in front of it");
  }
  return {};
}

void ImageServer::add_endpoints()
{
  m_replies = std::make_unique<Replies>(m_session.loop(), *m_http, m_session.redactor());
  m_parts = std::make_unique<ServerParts>(ServerParts{
    m_session, m_rules, *m_replies, m_bodies, m_is_closing, [this] { look_whether_closed(); }});
  m_calls = std::make_unique<ImageCalls>(m_session, m_rules, m_parts->became_idle);
  const auto add = [this](std::unique_ptr<Endpoint> endpoint) {
    m_endpoints.push_back(std::move(endpoint));
    return m_endpoints.back().get();
  };
  m_routes = {
    {k_models_path,
     PathMatch::with_segments_behind,
     {"GET", "HEAD"},
     Entry::with_key,
     BodyKind::none,
     add(std::make_unique<ModelsEndpoint>(*m_parts, *m_calls))},
    {k_generations_path,
     PathMatch::whole,
     {"POST"},
     Entry::with_key,
     BodyKind::json,
     add(std::make_unique<ImagesEndpoint>(*m_parts, *m_calls))},
  };
  m_page = std::make_unique<Page>(*m_parts, *m_calls, m_keys,
                                  m_options.keys == KeyUse::none ? PageEntry::Needs::nothing
                                                                 : PageEntry::Needs::session);
  m_page->add_to(m_endpoints, m_routes);
}

std::string ImageServer::base_url() const
{
  return page_url() + "v1";
}

std::string ImageServer::page_link()
{
  return page_url() + "#" + m_page->make_link();
}

std::string ImageServer::page_url() const
{
  const auto& address = m_options.address;
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/", is_v6 ? "[" : "", address, is_v6 ? "]" : "",
                     m_rules.port);
}

std::unique_ptr<RequestReceiver> ImageServer::take(ExchangeId id, const RequestHead& head)
{
  auto shared = sharing_headers(head, m_rules);
  shared.emplace_back("x-request-id", request_id_of(head));
  m_replies->open(id, std::move(shared));
  const auto* route = route_of(head.path());
  Caller caller;
  if (const auto error = refuse(head, route, caller)) {
    HeaderList more;
    if (error->status == 405) {
      more.emplace_back("allow", methods_text(*route));
    } else if (error->status == 401 && (route == nullptr || route->entry == Entry::with_key)) {
      more.emplace_back("www-authenticate", "Bearer");
    }
    m_replies->error(id, *error, std::move(more));
    return std::make_unique<Receiver>(*this, id, nullptr);
  }
  if (head.method == "OPTIONS") {
    m_http->begin(id, {204, preflight_headers(head, m_rules), {}});
    m_http->finish(id);
    return std::make_unique<Receiver>(*this, id, nullptr);
  }
  m_receiving.insert(id);
  auto receiver = std::make_unique<Receiver>(*this, id, route->endpoint->take(id, head, caller));
  if (m_replies->is_begun(id)) {
    m_receiving.erase(id);
  }
  return receiver;
}

const Route* ImageServer::route_of(std::string_view path) const
{
  const auto found =
    std::ranges::find_if(m_routes, [&](const Route& route) { return route.has_path(path); });
  return found == m_routes.end() ? nullptr : &*found;
}

// In this order, and before any of the body is read.
std::optional<ErrorReply> ImageServer::refuse(const RequestHead& head, const Route* route,
                                              Caller& caller)
{
  if (auto error = refusal_of(head, m_rules)) {
    return error;
  }
  if (head.method == "OPTIONS" && route != nullptr) {
    return std::nullopt; // browsers ask without a key
  }
  if (route != nullptr && route->entry == Entry::with_session) {
    if (auto error = m_page->refuse(head, caller)) {
      return error;
    }
  } else if (route == nullptr || route->entry == Entry::with_key) {
    if (auto error = admit(head, caller)) {
      return error;
    }
  }
  if (route == nullptr) {
    return refusal(404, "unknown_url",
                   fmt::format("Invalid URL ({} {})", head.method, head.path()));
  }
  if (!contains(route->methods, head.method)) {
    return refusal(405, "method_not_allowed",
                   fmt::format("Not allowed method ({} {})", head.method, head.path()));
  }
  if (head.method == "POST" && route->body == BodyKind::json) {
    if (auto error = refusal_of_body(head, k_most_body)) {
      return error;
    }
  }
  return m_is_closing && head.method == "POST" ? std::optional(closing_reply()) : std::nullopt;
}

// By its key, where one is needed.
std::optional<ErrorReply> ImageServer::admit(const RequestHead& head, Caller& caller)
{
  if (m_options.keys == KeyUse::none) {
    return std::nullopt;
  }
  const auto* key = find_local_key(m_keys.all(), bearer_of(head));
  if (std::exchange(m_keys_problem, m_keys.problem()) != m_keys.problem()) {
    m_session.terminal().say(LogLevel::warning, m_keys.problem());
  }
  if (key == nullptr) {
    return refusal(401, "invalid_api_key",
                   bearer_of(head).empty()
                     ? "There is no API key in this request: `limn serve key new NAME` makes one."
                     : "The key of this request is none of those that `limn serve key list` tells "
                       "of.");
  }
  caller.key = key->sha256;
  return std::nullopt;
}

void ImageServer::close(std::function<void()> closed)
{
  m_is_closing = true;
  m_closed = std::move(closed);
  for (const auto& endpoint : m_endpoints) {
    endpoint->close();
  }
  look_whether_closed();
}

// Who is in the midst of a body has asked for nothing yet.
bool ImageServer::is_all_answered() const
{
  return m_calls->is_idle() && m_replies->open_count() == m_receiving.size()
         && std::ranges::all_of(m_endpoints,
                                [](const auto& endpoint) { return endpoint->is_idle(); });
}

void ImageServer::look_whether_closed()
{
  if (!m_is_closing || !is_all_answered()) {
    return;
  }
  m_session.loop().post([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired() && m_closed && is_all_answered()) {
      std::exchange(m_closed, nullptr)();
    }
  });
}

} // namespace limn
