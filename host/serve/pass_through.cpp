#include "serve/pass_through.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/key_mask.hpp"
#include "engine/candidate.hpp"
#include "engine/engine_host.hpp"
#include "engine/met_gateway.hpp"
#include "http/body_stream.hpp"
#include "serve/passed_record.hpp"
#include "serve/replies.hpp"
#include "work/work_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace limn {

namespace {

// Of what one side has sent and the other has not taken yet, each way.
constexpr std::size_t k_held = std::size_t{256} << 10U;

// What a client's head tells a gateway: never its key, its cookies, or where it is.
constexpr std::array<std::string_view, 5> k_told{"content-type", "accept", "openai-beta",
                                                 "idempotency-key", "x-client-request-id"};

// Of an answer: what is about a connection (RFC 9110, 7.6.1), what the server says anew, and what
// is between the gateway and limn alone.
constexpr std::array<std::string_view, 17> k_not_passed{"connection",
                                                        "keep-alive",
                                                        "proxy-authenticate",
                                                        "proxy-connection",
                                                        "te",
                                                        "trailer",
                                                        "transfer-encoding",
                                                        "upgrade",
                                                        "content-length",
                                                        "content-encoding",
                                                        "set-cookie",
                                                        "set-cookie2",
                                                        "alt-svc",
                                                        "date",
                                                        "strict-transport-security",
                                                        "server",
                                                        "www-authenticate"};

bool is_passed(std::string_view name)
{
  return !contains(k_not_passed, name) && !name.starts_with("access-control-")
         && name != "x-request-id" && name != "vary";
}

// What may stand behind a base URL: no way out of it, and nothing that is read in two ways.
bool is_plain_path(std::string_view path)
{
  return path.find("..") == std::string_view::npos && path.find("//") == std::string_view::npos
         && std::ranges::all_of(path, [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                     || c == '/' || c == '-' || c == '_' || c == '.';
            });
}

constexpr std::size_t k_most_error = 64U << 10U; // of an answer that is looked through

// Of a key that has a limit of costs: what this costs nobody here knows.
std::optional<ErrorReply> refusal_of_budget(const Caller& caller, const ServeSettings& settings)
{
  if (limits_of(caller, settings).empty() && caller.models.empty()) {
    return std::nullopt;
  }
  if (limits_of(caller, settings).empty()) {
    return refusal(403, "restricted_key",
                   "This key is for some models, and nobody here looks which "
                   "one this is about. Nothing was asked for.");
  }
  return error_reply(Ending::budget, "Nobody here knows what this costs, and there is a limit of "
                                     "costs. Nothing was asked for.");
}

std::optional<ErrorReply> refusal_of_type(const RequestHead& head)
{
  const auto type = head.header("content-type");
  const auto essence = ascii_lower(trimmed(type.substr(0, type.find(';'))));
  if (essence == "application/json" || essence == "multipart/form-data") {
    return std::nullopt;
  }
  return refusal(415, "unsupported_media_type",
                 "The body has to be application/json or multipart/form-data.");
}

ErrorReply lost_reply(const TransferFailure& failure)
{
  return failure.request_was_sent
           ? error_reply(Ending::outcome_unknown,
                         failure.message
                           + ". It may have been answered and charged for, and was not sent again.")
           : error_reply(Ending::unreachable, failure.message + ". Nothing was sent.");
}

} // namespace

// One request on its way, and the answer on its way back.
class PassThrough::Passing : public RequestReceiver, public BodyStream
{
public:
  Passing(const ServerParts& parts, Transport& transport, ExchangeId id,
          std::optional<std::uint64_t> size, const Secret& key)
    : m_parts(parts), m_transport(transport), m_id(id), m_size(size), m_answer(*this), m_mask(key)
  {
  }
  ~Passing() override { m_transport.drop(m_transfer); }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

  void start(HttpRequest request, std::string gateway, std::string line)
  {
    m_record.emplace(m_parts.session.host().engine(), std::move(gateway), std::move(line));
    m_transfer = m_transport.start(std::move(request), m_answer, *this);
  }

  // --- From the client ---

  void body(std::string_view piece) override
  {
    m_held += piece;
    if (m_held.size() - m_taken > k_held) {
      m_parts.replies.pause(m_id);
    }
    m_transport.more_to_send(m_transfer);
  }

  void received() override
  {
    m_is_whole = true;
    m_transport.more_to_send(m_transfer);
  }

  void drained() override { m_transport.resume(m_transfer); }

  void ended(ExchangeEnd) override { m_transport.drop(m_transfer); }

  // --- To the gateway ---

  std::optional<std::uint64_t> size() const override { return m_size; }

  Piece read(std::span<char> into) override
  {
    const auto rest = std::string_view(m_held).substr(m_taken);
    if (rest.empty()) {
      return {m_is_whole ? Next::end : Next::later, 0};
    }
    const auto size = rest.copy(into.data(), into.size());
    m_taken += size;
    if (m_taken > m_held.size() / 2) {
      m_held.erase(0, std::exchange(m_taken, 0));
    }
    if (m_held.size() - m_taken <= k_held / 2) {
      m_parts.replies.resume(m_id);
    }
    return {Next::some, size};
  }

  // --- From the gateway ---

  void begin(int status, const Pairs& headers)
  {
    m_record->answered(status);
    ReplyHead head;
    head.status = status;
    bool is_coded = false;
    for (const auto& [name, value] : headers) {
      is_coded = is_coded || name == "content-encoding";
      if (name == "content-length" && !head.length) {
        head.length = read_size(value);
      }
      if (is_passed(name)) {
        head.headers.emplace_back(name, m_parts.session.redactor().redact(value));
      }
    }
    if (is_coded) { // limn undoes it
      head.length.reset();
    }
    if (status >= 400) {
      head.length.reset();
      m_error = std::move(head);
      return;
    }
    m_is_begun = true;
    m_parts.replies.begin(m_id, std::move(head));
  }

  void pass(std::string_view piece)
  {
    if (m_error) {
      m_error_body += piece;
      if (m_error_body.size() > k_most_error) {
        begin_error();
      }
      return;
    }
    m_parts.replies.write(m_id, m_mask.pass(piece));
    if (m_parts.replies.waiting(m_id) > k_held) {
      m_transport.pause(m_transfer);
    }
  }

  void finish(const std::optional<TransferFailure>& failure)
  {
    m_record->finished(failure);
    m_parts.replies.resume(m_id);
    if (!failure && m_error) { // some quote the key that they do not take
      m_parts.replies.whole(m_id, std::move(*m_error),
                            m_parts.session.redactor().redact(m_error_body));
    } else if (!failure) {
      m_parts.replies.write(m_id, m_mask.rest());
      m_parts.replies.finish(m_id);
    } else if (m_is_begun) {
      m_parts.replies.cut(m_id);
    } else {
      m_parts.replies.error(m_id, lost_reply(*failure));
    }
  }

private:
  // More than an error has to say: what was held goes out looked through, the rest as it comes.
  void begin_error()
  {
    m_is_begun = true;
    m_parts.replies.begin(m_id, std::move(*m_error));
    m_error.reset();
    m_parts.replies.write(m_id, m_mask.pass(m_parts.session.redactor().redact(m_error_body)));
    m_error_body.clear();
  }

  class Answer : public ResponseReceiver
  {
  public:
    explicit Answer(Passing& passing) : m_passing(passing) {}

    void head(int status, const Pairs& headers) override { m_passing.begin(status, headers); }
    bool body(std::string_view piece) override
    {
      m_passing.pass(piece);
      return true;
    }
    void finished(const std::optional<TransferFailure>& failure) override
    {
      m_passing.finish(failure);
    }

  private:
    Passing& m_passing;
  };

  static std::optional<std::uint64_t> read_size(std::string_view text)
  {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(size)
                                                                    : std::nullopt;
  }

  const ServerParts& m_parts;
  Transport& m_transport;
  ExchangeId m_id;
  std::optional<std::uint64_t> m_size;
  Answer m_answer;
  std::optional<PassedRecord> m_record; // once it has begun
  HttpClient::TransferId m_transfer = 0;
  std::string m_held;      // of the body
  std::size_t m_taken = 0; // of that
  bool m_is_whole = false;
  bool m_is_begun = false;          // the answer
  std::optional<ReplyHead> m_error; // one that is looked through first
  std::string m_error_body;
  KeyMask m_mask; // of what goes on as it comes
};

PassThrough::PassThrough(const ServerParts& parts)
  : m_parts(parts),
    m_transport(parts.session.loop(),
                {parts.session.host().options().ca_file, parts.session.host().options().user_agent,
                 parts.session.settings().limits},
                parts.session.terminal())
{
}

PassThrough::~PassThrough() = default;

Result<Gateway> PassThrough::find_gateway()
{
  const auto& name = m_parts.settings.pass_through;
  LIMN_TRY_ASSIGN(auto found, m_parts.session.host().gateways({name}));
  if (is_own(found.front().base_url, m_parts.rules)) {
    return fail(FailureClass::no_gateway,
                fmt::format("{} is this server itself, and nothing is passed to it", name));
  }
  auto& gateway = found.front();
  const auto& providers = listed_providers(gateway, m_parts.session.settings());
  LIMN_TRY(meet(gateway, providers.front(), m_parts.session.host().registry()));
  return std::move(gateway);
}

std::unique_ptr<RequestReceiver> PassThrough::take(ExchangeId id, const RequestHead& head,
                                                   const Caller& caller)
{
  constexpr std::string_view k_version = "/v1";
  const auto path = head.path();
  auto error = refusal_of_budget(caller, m_parts.settings);
  if (!error) {
    error = refusal_of_type(head);
  }
  if (!error && !is_plain_path(path)) {
    error = refusal(404, "unknown_url", "Nothing is passed on to such a path.");
  }
  if (error) {
    m_parts.replies.error(id, *error);
    return nullptr;
  }
  const auto gateway = find_gateway();
  if (!gateway) {
    m_parts.replies.error(id, error_reply(gateway.error()));
    return nullptr;
  }
  HttpRequest request;
  request.method = "POST";
  request.url = gateway->base_url + std::string(path.substr(k_version.size()));
  for (const auto name : k_told) {
    if (const auto value = head.header(name); !value.empty()) {
      request.headers.emplace_back(name, value);
    }
  }
  for (auto& header : headers_beside_key(*gateway)) {
    request.headers.push_back(std::move(header));
  }
  if (gateway->base_url.starts_with("http://")) { // behind TLS is somebody else
    request.headers.emplace_back(k_hops_header, std::to_string(hops_of(head).value_or(0) + 1));
  }
  request.key = gateway->key;
  request.key_form = gateway->terms.key;
  request.plaintext = gateway->allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  request.sending = Sending::once;
  request.timeout = std::chrono::milliseconds(0); // its client knows how long it waits
  auto passing = std::make_unique<Passing>(m_parts, m_transport, id, head.body_size, gateway->key);
  passing->start(std::move(request), gateway->name, fmt::format("POST {}", path));
  return passing;
}

} // namespace limn
