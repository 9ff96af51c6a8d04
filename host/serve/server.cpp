#include "serve/server.hpp"

#include "base/contains.hpp"
#include "base/descriptor_limit.hpp"
#include "job/paths.hpp"
#include "serve/form_upload.hpp"
#include "serve/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::uint64_t k_other_descriptors = 128;               // files, pipes, jobs.db
constexpr std::uint64_t k_most_held = std::uint64_t{128} << 20U; // of all bodies that are coming

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
  // `route` is one for the metrics. `inner` may be null.
  Receiver(ImageServer& server, ExchangeId id, std::string_view route,
           std::unique_ptr<RequestReceiver> inner)
    : m_server(server), m_id(id), m_route(route), m_inner(std::move(inner)),
      m_begin(server.m_session.loop().now())
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
    m_server.m_metrics.answered(m_route, status_at(end), m_server.m_session.loop().now() - m_begin);
    m_server.m_replies->ended(m_id);
    if (m_inner) {
      m_inner->ended(end);
    }
    m_server.look_whether_closed();
  }

private:
  // A body that breaks a rule is answered below us; 499 is what proxies say of who goes away.
  int status_at(ExchangeEnd end) const
  {
    const int status = m_server.m_replies->status(m_id);
    return status != 0 ? status : end == ExchangeEnd::refused ? 400 : 499;
  }

  ImageServer& m_server;
  ExchangeId m_id;
  std::string_view m_route; // of the table
  std::unique_ptr<RequestReceiver> m_inner;
  Loop::Clock::time_point m_begin;
};

ImageServer::ImageServer(Session& session, ServeOptions options)
  : m_session(session), m_options(with_places_of(session.settings().serve, std::move(options))),
    m_watch(session), m_keys(local_keys_file(session.host().options().settings_files)),
    m_bodies(k_most_held), m_links(state_folder() / "links")
{
  renew();
}

ImageServer::~ImageServer()
{
  m_http.reset(); // its receivers have parts of this
}

Result<std::unique_ptr<ImageServer>> ImageServer::start(Session& session, ServeOptions options)
{
  std::unique_ptr<ImageServer> server(new ImageServer(session, std::move(options)));
  if (const auto& gateway = server->m_settings.pass_through; !gateway.empty()) {
    LIMN_TRY(session.host().gateways({gateway}));
  }
  LIMN_TRY(server->listen());
  LIMN_TRY(server->check_keys());
  server->add_endpoints();
  return server;
}

Done ImageServer::check_keys()
{
  const bool needs_key = m_options.keys == KeyUse::required && socket_place().empty();
  if (!needs_key || !m_keys.all().empty()) {
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
  auto http = http_options_of(m_options);
  const bool is_keyless = m_options.keys == KeyUse::none;
  if (is_keyless) {
    LIMN_TRY(check_keyless(http.addresses));
  }
  raise_descriptor_limit(http.max_connections + k_other_descriptors);
  LIMN_TRY_ASSIGN(m_http, HttpServer::listen(m_session.loop(), std::move(http),
                                             [this](ExchangeId id, const RequestHead& head) {
                                               return take(id, head);
                                             }));
  m_places = m_http->places();
  m_rules.places = tcp_places(m_places);
  std::vector<std::string> addresses;
  std::ranges::transform(m_rules.places, std::back_inserter(addresses), &ListeningAt::address);
  if (is_keyless) {
    LIMN_TRY(check_keyless(addresses)); // those that were handed over, too
  }
  if (!std::ranges::all_of(addresses, is_loopback)) {
    m_session.terminal().say(LogLevel::warning,
                             "this address is open to others, and what goes over it, keys, too, "
                             "can be read on the way: put a proxy with TLS in front of it");
  }
  return {};
}

std::string ImageServer::base_url() const
{
  return m_rules.places.empty() ? "http://localhost/v1" : page_url() + "v1";
}

std::string ImageServer::page_link()
{
  return page_url() + "#" + m_page->make_link();
}

std::string ImageServer::page_url() const
{
  const auto& [address, port] = m_rules.places.front();
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/", is_v6 ? "[" : "", address, is_v6 ? "]" : "", port);
}

std::string ImageServer::socket_place() const
{
  const auto found = std::ranges::find_if(
    m_places, [](const std::string& place) { return place.starts_with("unix:"); });
  return found == m_places.end() ? std::string() : *found;
}

std::unique_ptr<RequestReceiver> ImageServer::take(ExchangeId id, const RequestHead& head)
{
  if (m_watch.look()) {
    renew();
  }
  auto shared = sharing_headers(head, m_rules);
  shared.emplace_back("x-request-id", request_id_of(head));
  m_replies->open(id, std::move(shared));
  const auto* route = route_of(head.path());
  const auto name = route == nullptr ? std::string_view("other") : route->path;
  Caller caller;
  if (const auto error = refuse(head, m_http->client(id), route, caller)) {
    HeaderList more;
    if (error->status == 405) {
      more.emplace_back("allow", methods_text(*route));
    } else if (error->status == 401 && (route == nullptr || route->entry == Entry::with_key)) {
      more.emplace_back("www-authenticate", "Bearer");
    }
    m_replies->error(id, *error, std::move(more));
    return std::make_unique<Receiver>(*this, id, name, nullptr);
  }
  if (head.method == "OPTIONS") {
    m_replies->open(id, {}); // they are all there
    m_replies->begin(id, {204, preflight_headers(head, m_rules), {}});
    m_replies->finish(id);
    return std::make_unique<Receiver>(*this, id, name, nullptr);
  }
  m_receiving.insert(id);
  auto receiver =
    std::make_unique<Receiver>(*this, id, name, route->endpoint->take(id, head, caller));
  if (m_replies->is_begun(id)) {
    m_receiving.erase(id);
  }
  return receiver;
}

const Route* ImageServer::route_of(std::string_view path) const
{
  const auto find_in = [path](const std::vector<Route>& routes) {
    const auto found =
      std::ranges::find_if(routes, [&](const Route& route) { return route.has_path(path); });
    return found == routes.end() ? nullptr : &*found;
  };
  const auto* passed = m_settings.pass_through.empty() ? nullptr : find_in(m_passed_routes);
  return passed == nullptr ? find_in(m_routes) : passed;
}

// In this order, and before any of the body is read.
std::optional<ErrorReply> ImageServer::refuse(const RequestHead& head, const Client& client,
                                              const Route* route, Caller& caller)
{
  if (auto error = refusal_of(head, m_rules, client.way)) {
    return error;
  }
  if (head.method == "OPTIONS" && route != nullptr) {
    return std::nullopt; // browsers ask without a key
  }
  const auto entry = route == nullptr ? Entry::with_key : route->entry;
  if (entry == Entry::with_session) {
    if (auto error = m_page->refuse(head, caller)) {
      return error;
    }
  } else if (entry != Entry::for_all) {
    if (auto error = admit(head, client, entry, caller)) {
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
  if (head.method == "POST" && route->body != BodyKind::none) {
    const bool is_form = route->body == BodyKind::json_or_form && has_form(head);
    if (auto error =
          is_form ? refusal_of_form(head, k_most_form) : refusal_of_body(head, k_most_body)) {
      return error;
    }
  }
  return m_is_closing && head.method == "POST" ? std::optional(closing_reply()) : std::nullopt;
}

// By its key, where one is needed; who brings one without need is told apart by it, too.
std::optional<ErrorReply> ImageServer::admit(const RequestHead& head, const Client& client,
                                             Entry entry, Caller& caller)
{
  const bool needs_none = m_options.keys == KeyUse::none || client.is_own_user
                          || (entry == Entry::with_key_or_from_here && is_from_here(head, client));
  const auto* key = find_local_key(m_keys.all(), bearer_of(head));
  if (std::exchange(m_keys_problem, m_keys.problem()) != m_keys.problem()) {
    m_session.terminal().say(LogLevel::warning, m_keys.problem());
  }
  if (key == nullptr && needs_none) {
    return std::nullopt;
  }
  if (key == nullptr) {
    return refusal(401, "invalid_api_key",
                   bearer_of(head).empty()
                     ? "There is no API key in this request: `limn serve key new NAME` makes one."
                     : "The key of this request is none of those that `limn serve key list` tells "
                       "of.");
  }
  caller = caller_of(*key);
  return std::nullopt;
}

// What holds from the next request on. Where it listens it does until its end.
void ImageServer::renew()
{
  m_settings = settings_under(m_options, m_session.settings().serve);
  m_rules.hosts = m_settings.hosts;
  m_rules.origins = m_settings.origins;
}

void ImageServer::reload()
{
  auto& terminal = m_session.terminal();
  if (const auto read = m_watch.read(); !read) {
    terminal.say(LogLevel::warning,
                 fmt::format("{}: what held before goes on to", read.error().message));
    return;
  }
  renew();
  const auto gateways = m_session.host().gateways({});
  if (!gateways) {
    terminal.say(LogLevel::warning,
                 fmt::format("the settings were read anew: {}", gateways.error().message));
    return;
  }
  std::vector<std::string_view> names;
  std::ranges::transform(*gateways, std::back_inserter(names), &Gateway::name);
  terminal.say(LogLevel::info,
               fmt::format("the settings were read anew; gateways: {}", fmt::join(names, ", ")));
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
