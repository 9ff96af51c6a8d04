#include "serve/server.hpp"

#include "base/contains.hpp"
#include "base/descriptor_limit.hpp"
#include "serve/images_request.hpp"
#include "serve/models_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::uint64_t k_other_descriptors = 128; // files, pipes, jobs.db
constexpr std::uint64_t k_most_body = std::uint64_t{32} << 20U;
constexpr std::uint64_t k_most_held = std::uint64_t{128} << 20U; // of all bodies that are coming
constexpr std::uint32_t k_most_head = 8U << 10U;
constexpr std::uint64_t k_sent_ahead = 256U << 10U; // of what a client has not taken yet

constexpr std::string_view k_models = "/v1/models";
constexpr std::string_view k_generations = "/v1/images/generations";

ErrorReply closing()
{
  return error_reply(Ending::overloaded, "limn serve is about to end. Nothing was asked for.");
}

bool is_models(std::string_view path)
{
  return path == k_models || path.starts_with(std::string(k_models) + "/");
}

bool is_read(std::string_view method)
{
  return method == "GET" || method == "HEAD";
}

} // namespace

// A request whose body is wanted, or none of it.
class ImageServer::Receiver : public RequestReceiver
{
public:
  // `call`: nothing: it is answered already.
  Receiver(ImageServer& server, ExchangeId id, std::optional<ImageCall> call)
    : m_server(server), m_id(id), m_call(std::move(call))
  {
  }

  ~Receiver() override { let_go(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void body(std::string_view piece) override
  {
    if (!m_call) {
      return;
    }
    if (m_call->body.size() + piece.size() > k_most_body) {
      let_go();
      m_server.reply(m_id, refusal(413, "request_too_large",
                                   fmt::format("The body is larger than {} bytes.", k_most_body)));
    } else if (m_server.m_held + piece.size() > k_most_held) {
      let_go();
      m_server.reply(m_id, error_reply(Ending::overloaded,
                                       "Too many large requests at once. Nothing was asked for."));
    } else {
      m_call->body += piece;
      m_server.m_held += piece.size();
    }
  }

  void received() override
  {
    if (m_call) {
      auto call = std::move(*m_call);
      m_server.m_held -= call.body.size();
      m_call.reset();
      m_server.begin(m_id, call);
    }
  }

  void drained() override { m_server.send_more(m_id); }

  void ended(ExchangeEnd end) override
  {
    let_go();
    m_server.ended(m_id, end);
  }

private:
  void let_go()
  {
    if (m_call) {
      m_server.m_held -= m_call->body.size();
      m_call.reset();
    }
  }

  ImageServer& m_server;
  ExchangeId m_id;
  std::optional<ImageCall> m_call;
};

// An answer with pictures that is on its way.
struct ImageServer::Sending {
  std::shared_ptr<PictureAnswer> picture;
  std::uint64_t left = 0; // bytes
  bool is_reading = false;
};

ImageServer::ImageServer(Session& session, ServeOptions options)
  : m_session(session), m_options(std::move(options)), m_rules{m_options.address, 0,
                                                               m_options.hosts, m_options.origins},
    m_keys(local_keys_file(session.host().options().settings_files)), m_disk(session.loop())
{
}

ImageServer::~ImageServer()
{
  m_http.reset(); // its receivers have parts of this
}

Result<std::unique_ptr<ImageServer>> ImageServer::start(Session& session, ServeOptions options)
{
  std::unique_ptr<ImageServer> server(new ImageServer(session, std::move(options)));
  LIMN_TRY(server->listen());
  return server;
}

Done ImageServer::listen()
{
  const bool is_open = !is_loopback(m_options.address);
  if (m_options.keys == KeyUse::none && is_open) {
    return fail(FailureClass::usage,
                fmt::format("--no-key is for this machine alone, and {} is open to others",
                            m_options.address),
                "leave out --no-key, and give each program a key: limn serve key new NAME");
  }
  if (m_options.keys == KeyUse::required && m_keys.all().empty()) {
    return fail(m_keys.problem().empty() ? FailureClass::usage : FailureClass::settings,
                m_keys.problem().empty() ? "there is no key that a program could use"
                                         : m_keys.problem(),
                "make one: limn serve key new NAME; or let everybody on this machine draw at your "
                "cost: --no-key");
  }
  ServerOptions http;
  raise_descriptor_limit(http.max_connections + k_other_descriptors);
  http.addresses = {m_options.address};
  http.port = m_options.port;
  http.max_head_size = k_most_head;
  http.head_time = std::chrono::seconds(10);
  http.idle_time = std::chrono::seconds(60);
  http.max_body_size = std::uint64_t{1} << 40U; // k_most_body is told as the API does
  LIMN_TRY_ASSIGN(m_http, HttpServer::listen(m_session.loop(), std::move(http),
                                             [this](ExchangeId id, const RequestHead& head) {
                                               return take(id, head);
                                             }));
  m_rules.port = m_http->port();
  m_calls = std::make_unique<ImageCalls>(
    m_session, m_rules, [this](ExchangeId id, ImageReply reply) { replied(id, std::move(reply)); });
  m_calls->when_idle([this] { look_whether_closed(); });
  if (is_open) {
    m_session.terminal().say(LogLevel::warning,
                             "this address is open to others, and what goes over it, keys, too, "
                             "can be read on the way: put a proxy with TLS in front of it");
  }
  return {};
}

std::string ImageServer::base_url() const
{
  const auto& address = m_options.address;
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/v1", is_v6 ? "[" : "", address, is_v6 ? "]" : "",
                     m_rules.port);
}

// --- What comes ---

std::unique_ptr<RequestReceiver> ImageServer::take(ExchangeId id, const RequestHead& head)
{
  auto& shared = m_open[id] = sharing_headers(head, m_rules);
  shared.emplace_back("x-request-id", request_id_of(head));
  const auto answered = [&] { return std::make_unique<Receiver>(*this, id, std::nullopt); };
  ImageCall call;
  if (const auto error = refuse(head, call)) {
    HeaderList more;
    if (error->status == 405) {
      more.emplace_back("allow", is_models(head.path()) ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
    } else if (error->status == 401) {
      more.emplace_back("www-authenticate", "Bearer");
    }
    reply(id, *error, std::move(more));
    return answered();
  }
  if (head.method == "OPTIONS") {
    ReplyHead allowed{204, preflight_headers(head, m_rules), {}};
    m_http->begin(id, allowed);
    m_http->finish(id);
    return answered();
  }
  if (is_models(head.path())) {
    answer_models(id, head.path());
    return answered();
  }
  m_receiving.insert(id);
  return std::make_unique<Receiver>(*this, id, std::move(call));
}

// In this order, and before any of the body is read.
std::optional<ErrorReply> ImageServer::refuse(const RequestHead& head, ImageCall& call)
{
  if (auto error = refusal_of(head, m_rules)) {
    return error;
  }
  const auto path = head.path();
  const bool is_there = is_models(path) || path == k_generations;
  if (head.method == "OPTIONS" && is_there) {
    return std::nullopt; // browsers ask without a key
  }
  if (m_options.keys == KeyUse::required) {
    const auto* key = find_local_key(m_keys.all(), bearer_of(head));
    if (std::exchange(m_keys_problem, m_keys.problem()) != m_keys.problem()) {
      m_session.terminal().say(LogLevel::warning, m_keys.problem());
    }
    if (key == nullptr) {
      return refusal(401, "invalid_api_key",
                     bearer_of(head).empty()
                       ? "There is no API key in this request: `limn serve key new NAME` makes "
                         "one."
                       : "The key of this request is none of those that `limn serve key list` "
                         "tells of.");
    }
    call.caller = key->sha256;
  }
  if (!is_there) {
    return refusal(404, "unknown_url", fmt::format("Invalid URL ({} {})", head.method, path));
  }
  if (is_models(path) ? !is_read(head.method) : head.method != "POST") {
    return refusal(405, "method_not_allowed",
                   fmt::format("Not allowed method ({} {})", head.method, path));
  }
  if (is_models(path)) {
    return std::nullopt;
  }
  if (auto error = refusal_of_body(head, k_most_body)) {
    return error;
  }
  if (m_is_closing) {
    return closing();
  }
  if (const auto text = head.header("idempotency-key"); !text.empty()) {
    auto key = read_idempotency_key(text);
    if (!key) {
      return error_reply(key.error());
    }
    call.idempotency_key = std::move(*key);
  }
  call.is_repeat = says_that_it_repeats(head);
  call.hops = hops_of(head).value_or(0);
  return std::nullopt;
}

void ImageServer::answer_models(ExchangeId id, std::string_view path)
{
  const auto models = m_calls->models();
  if (!models) {
    reply(id, error_reply(models.error()));
    return;
  }
  if (path == k_models) {
    reply_json(id, models_json(*models));
    return;
  }
  const auto wanted = path.substr(k_models.size() + 1);
  if (!contains(*models, wanted)) {
    reply(id, error_reply(Ending::model, fmt::format("The model '{}' does not exist.", wanted)));
    return;
  }
  reply_json(id, model_json(wanted));
}

void ImageServer::begin(ExchangeId id, const ImageCall& call)
{
  m_receiving.erase(id);
  if (m_is_closing) {
    reply(id, closing());
  } else {
    m_calls->begin(id, call);
  }
}

// --- What goes ---

void ImageServer::reply(ExchangeId id, const ErrorReply& error, HeaderList more)
{
  m_receiving.erase(id);
  ReplyHead head{error.status, headers_of(error), {}};
  std::ranges::move(more, std::back_inserter(head.headers));
  std::ranges::copy(m_open[id], std::back_inserter(head.headers));
  m_http->reply(id, std::move(head), m_session.redactor().redact_json(to_json(error)) + "\n");
}

void ImageServer::reply_json(ExchangeId id, const std::string& json)
{
  ReplyHead head{200, m_open[id], {}};
  head.headers.emplace_back("content-type", "application/json");
  m_http->reply(id, std::move(head), m_session.redactor().redact_json(json) + "\n");
}

void ImageServer::replied(ExchangeId id, ImageReply answer)
{
  for (auto& [name, value] : answer.headers) {
    value = m_session.redactor().redact_own(value);
  }
  if (answer.error) {
    reply(id, *answer.error, std::move(answer.headers));
    return;
  }
  ReplyHead head{200, m_open[id], answer.picture->size()};
  head.headers.emplace_back("content-type", "application/json");
  std::ranges::move(answer.headers, std::back_inserter(head.headers));
  m_http->begin(id, head);
  const auto size = answer.picture->size();
  m_sending[id] = std::make_unique<Sending>(Sending{std::move(answer.picture), size, false});
  send_more(id);
}

// Reads ahead a little, in the disk's thread; goes on as the client takes it.
void ImageServer::send_more(ExchangeId id)
{
  const auto found = m_sending.find(id);
  if (found == m_sending.end() || found->second->is_reading || m_http->waiting(id) > k_sent_ahead) {
    return;
  }
  found->second->is_reading = true;
  m_disk.run([reads = found->second->picture] { return reads->next(); },
             [this, id](std::string piece) {
               const auto sending = m_sending.find(id);
               if (sending == m_sending.end()) {
                 return;
               }
               auto& [picture, left, is_reading] = *sending->second;
               is_reading = false;
               left -= std::min<std::uint64_t>(left, piece.size());
               const bool is_cut = piece.empty(); // of less than was told the client sees that
               m_http->write(id, std::move(piece));
               if (left == 0 || is_cut) { // at once: whoever has all of it may ask for the next one
                 m_sending.erase(sending);
                 m_http->finish(id);
                 return;
               }
               send_more(id);
             });
}

void ImageServer::ended(ExchangeId id, ExchangeEnd end)
{
  m_sending.erase(id);
  m_receiving.erase(id);
  m_open.erase(id);
  m_calls->ended(id, end);
  look_whether_closed();
}

void ImageServer::close(std::function<void()> closed)
{
  m_is_closing = true;
  m_closed = std::move(closed);
  look_whether_closed();
}

// Who is in the midst of a body has asked for nothing yet.
bool ImageServer::is_all_answered() const
{
  return m_calls->is_idle() && m_open.size() == m_receiving.size();
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
