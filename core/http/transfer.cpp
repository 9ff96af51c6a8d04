#include "http/transfer.hpp"

#include "base/ascii.hpp"
#include "base/credential_name.hpp"
#include "http/address.hpp"
#include "http/proxy.hpp"
#include "http/transfer_failure.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <new>

namespace limn {

namespace {

// A big one means few calls for a big image; it is touched only as far as bytes arrive at once.
// Many transfers share what they may touch together.
constexpr std::size_t k_receive_buffers_size = 4 * 1024 * 1024;
constexpr std::size_t k_max_receive_buffer_size = 256 * 1024;
constexpr std::size_t k_min_receive_buffer_size = 16 * 1024;
// Most images fit: their server does not wait while bytes are decoded and written.
constexpr int k_receive_window = 8 * 1024 * 1024;
constexpr long k_longest_idle_s = 3; // of a connection that a request with a body goes to

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context)
{
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.header_size += size;
  if (transfer.header_size > transfer.limits->max_header_size) {
    transfer.abort = AbortReason::header_limit;
    return 0;
  }
  const std::string_view line(data, size);
  const auto read = transfer.head.take(line);
  if (read == ResponseHead::Line::no_status || read == ResponseHead::Line::second) {
    transfer.abort =
      read == ResponseHead::Line::second ? AbortReason::second_answer : AbortReason::no_status;
    return 0;
  }
  if (line.starts_with("HTTP/1")) {
    transfer.connections->ordered.mark_as_ordered(transfer.connection);
  }
  if (read == ResponseHead::Line::final && transfer.receiver) {
    transfer.begin_body();
    transfer.receiver->head(transfer.head.status(), transfer.head.headers());
  }
  return transfer.receiver ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* context)
{
  return static_cast<Transfer*>(context)->take_body({data, size}) ? size : 0;
}

// Just before the head of a request is sent, on a connection that is ready for it.
int on_request(void* context, char* address, char* local_address, int port, int local_port)
{
  auto& transfer = *static_cast<Transfer*>(context);
  if (++transfer.requests_sent > 1 && transfer.is_sent_once()) {
    transfer.abort = AbortReason::second_request;
    return CURL_PREREQFUNC_ABORT;
  }
  if (transfer.abort == AbortReason::address) { // another of its addresses is a public one
    transfer.abort = AbortReason::none;
  }
  using Ordered = OrderedConnections;
  long fresh = 0;
  libcurl().easy_getinfo(transfer.easy.get(), CURLINFO_NUM_CONNECTS, &fresh);
  transfer.connection = Ordered::name(local_address, local_port, address, port);
  const auto standing = transfer.connections->ordered.standing(
    transfer.connection, local_port, fresh > 0 ? Ordered::Age::fresh : Ordered::Age::used,
    transfer.is_tls ? Ordered::Security::tls : Ordered::Security::plain);
  if (standing != Ordered::Standing::clean) {
    transfer.abort = standing == Ordered::Standing::stale ? AbortReason::stale_connection
                                                          : AbortReason::speaks_first;
    return CURL_PREREQFUNC_ABORT;
  }
  if (transfer.request.addresses == Addresses::any) {
    transfer.connections->known.add(transfer.host, address);
  }
  return CURL_PREREQFUNC_OK;
}

std::size_t on_read(char* into, std::size_t, std::size_t room, void* context)
{
  auto& transfer = *static_cast<Transfer*>(context);
  if (!transfer.receiver) {
    return CURL_READFUNC_ABORT;
  }
  if (transfer.stream) {
    const auto piece = transfer.stream->read({into, room});
    return piece.next == BodyStream::Next::some    ? piece.size
           : piece.next == BodyStream::Next::later ? CURL_READFUNC_PAUSE
                                                   : 0;
  }
  const auto count = transfer.body->read({into, room});
  return count ? *count : CURL_READFUNC_ABORT;
}

// A rewind would mean that libcurl is about to send the body a second time on a new connection. The
// first one may have been received and charged.
int on_seek(void*, curl_off_t, int)
{
  return CURL_SEEKFUNC_FAIL;
}

curl_socket_t on_open_socket(void* context, curlsocktype, curl_sockaddr* address)
{
  auto& transfer = *static_cast<Transfer*>(context);
  // Through a proxy it is the proxy that connects; a literal address was judged before.
  const bool may_be_known = transfer.request.addresses == Addresses::public_or_known;
  const bool is_known = may_be_known
                        && (transfer.connections->known.has(transfer.host, address->addr)
                            || (is_loopback_host(transfer.host) && is_loopback(address->addr)));
  if (!is_known && !is_public(address->addr) && !is_proxy(address->addr)) {
    transfer.abort = AbortReason::address;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Linux makes room for what SO_RCVLOWAT waits for and keeps it when that is taken back. Unlike
// SO_RCVBUF it may be more than rmem_max, and the kernel goes on to widen it by itself. It can say
// no: then the window grows as it always does.
int on_socket(void* context, curl_socket_t socket, curlsocktype)
{
  static_cast<Connections*>(context)->ordered.opened(socket);
  for (const int low_water : {k_receive_window, 1}) {
    ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof(low_water));
  }
  return CURL_SOCKOPT_OK;
}

int on_close_socket(void* context, curl_socket_t socket)
{
  static_cast<Connections*>(context)->ordered.closed(socket);
  return ::close(socket);
}

// A header whose name says that its value is secret, also as libcurl tells of those of HTTP/2:
// "[HTTP/2] [1] [x-api-key: ...]".
std::string without_secret(std::string_view line)
{
  const auto colon = line.find(": ");
  const auto end = colon == std::string_view::npos && line.ends_with(':') ? line.size() - 1 : colon;
  if (end == std::string_view::npos) {
    return std::string(line);
  }
  const auto name_begin = line.substr(0, end).find_last_of("[ ") + 1; // npos + 1 is 0
  const bool is_header = name_begin == 0 || line[name_begin - 1] == '[';
  return is_header && names_credential(line.substr(name_begin, end - name_begin))
           ? fmt::format("{}: [redacted]", line.substr(0, end))
           : std::string(line);
}

int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* context)
{
  auto& log = *static_cast<Transfer*>(context)->log;
  const std::string_view text(data, size);
  const char* mark = type == CURLINFO_TEXT         ? "*"
                     : type == CURLINFO_HEADER_IN  ? "<"
                     : type == CURLINFO_HEADER_OUT ? ">"
                                                   : nullptr;
  if (!mark) {
    return 0;
  }
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    if (!line.empty()) {
      log.write(LogLevel::debug, fmt::format("{} {}", mark, without_secret(line)));
    }
  }
  return 0;
}

template <typename T>
void set(CURL* easy, CURLoption option, T value)
{
  // Options fail only for want of memory or for values that are fixed here.
  if (libcurl().easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) {
    throw std::bad_alloc();
  }
}

} // namespace

std::optional<TransferFailure> Transfer::prepare(const CertificateStore& store,
                                                 const std::string& user_agent,
                                                 std::size_t under_way)
{
  const auto refused = [](std::string message, std::string hint) {
    return TransferFailure{TransferFailure::Kind::refused, std::move(message), std::move(hint),
                           false};
  };
  const auto url = parse_url(request.url);
  if (!url) {
    return refused(url.error().message, url.error().hint);
  }
  host = url->host;
  is_tls = url->scheme == "https";
  if (url->scheme == "http" && !is_loopback(*url) && request.plaintext != Plaintext::allowed) {
    return refused(
      fmt::format("plain http to {} is refused: whoever is on the way could read {}the picture",
                  url->host, request.key.empty() ? "" : "the key and "),
      "use https, or say allow_plaintext: true for this gateway in limn.yaml");
  }
  if (request.addresses == Addresses::public_only && is_special_host(url->host)) {
    return refused(fmt::format("{} is not on the public internet", url->host),
                   "limn fetches from public addresses and the gateway's own host only");
  }
  if (!request.body.empty()) {
    auto opened = BodyReader::open(std::move(request.body));
    if (!opened) {
      return refused(opened.error().message, opened.error().hint);
    }
    body = std::make_unique<BodyReader>(std::move(*opened));
  }
  easy.reset(libcurl().easy_init());
  if (!easy) {
    throw std::bad_alloc();
  }
  set_options(*url, store, user_agent);
  set(easy.get(), CURLOPT_BUFFERSIZE,
      static_cast<long>(std::clamp(k_receive_buffers_size / (under_way + 1),
                                   k_min_receive_buffer_size, k_max_receive_buffer_size)));
  add_headers();
  return std::nullopt;
}

void Transfer::set_options(const Url& url, const CertificateStore& store,
                           const std::string& user_agent)
{
  CURL* handle = easy.get();
  set(handle, CURLOPT_PRIVATE, this);
  set(handle, CURLOPT_URL, to_string(url).c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "https,http");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_ERRORBUFFER, error_text.data());
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits->connect_timeout.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  // The line is silent for minutes while an image is drawn; routers forget such connections.
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle, CURLOPT_TCP_KEEPIDLE, 30L);
  set(handle, CURLOPT_TCP_KEEPINTVL, 15L);
  set(handle, CURLOPT_SOCKOPTFUNCTION, &on_socket);
  set(handle, CURLOPT_SOCKOPTDATA, connections);
  set(handle, CURLOPT_CLOSESOCKETFUNCTION, &on_close_socket);
  set(handle, CURLOPT_CLOSESOCKETDATA, connections);
  set(handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2}); // at least
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_USERAGENT, user_agent.c_str());
  if (is_loopback(url)) {
    set(handle, CURLOPT_PROXY, "");
  }
  if (url.scheme == "https") {
    if (const auto& [file, folder] = store.place(); !file.empty() || !folder.empty()) {
      set(handle, CURLOPT_CAINFO, file.empty() ? nullptr : file.c_str());
      set(handle, CURLOPT_CAPATH, folder.empty() ? nullptr : folder.c_str());
    }
    // Many requests at once share a connection where the server speaks HTTP/2.
    set(handle, CURLOPT_PIPEWAIT, 1L);
  }
  set_request_options();
}

void Transfer::set_request_options()
{
  CURL* handle = easy.get();
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, this);
  set(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set(handle, CURLOPT_WRITEDATA, this);
  set(handle, CURLOPT_PREREQFUNCTION, &on_request);
  set(handle, CURLOPT_PREREQDATA, this);
  if (request.addresses != Addresses::any) {
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, this);
    // A connection that a gateway's own request made to a private address is not for reuse here.
    set(handle, CURLOPT_FRESH_CONNECT, 1L);
  }
  if (has_body()) {
    set(handle, CURLOPT_POST, 1L);
    // Servers close what has been idle for some seconds, five at many. A request that meets that is
    // lost, and nobody can say whether it was read. libcurl counts whole seconds and leaves only
    // what has more of them than this.
    set(handle, CURLOPT_MAXAGE_CONN, k_longest_idle_s - 1);
    const auto size = stream ? stream->size() : std::optional(body->size());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE,
        size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
    set(handle, CURLOPT_READFUNCTION, &on_read);
    set(handle, CURLOPT_READDATA, this);
    set(handle, CURLOPT_SEEKFUNCTION, &on_seek);
  }
  if (!has_body() && is_sent_once()) {
    // There is no body whose rewind could be refused: on a fresh connection libcurl does not try
    // twice.
    set(handle, CURLOPT_FRESH_CONNECT, 1L);
  }
  if (request.signature) {
    set_signature(*request.signature);
  }
  if (request.method != (has_body() ? "POST" : "GET")) {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (log->wants(LogLevel::debug)) {
    set(handle, CURLOPT_VERBOSE, 1L);
    set(handle, CURLOPT_DEBUGFUNCTION, &on_debug);
    set(handle, CURLOPT_DEBUGDATA, this);
  }
}

void Transfer::set_signature(const StoreSignature& signature)
{
  CURL* handle = easy.get();
  const auto set_secret = [handle](CURLoption option, const Secret& secret) {
    std::string text(secret.reveal()); // libcurl copies it, and wants its end
    set(handle, option, text.c_str());
    wipe(text);
  };
  set(handle, CURLOPT_AWS_SIGV4, ("aws:amz:" + signature.region + ":s3").c_str());
  set_secret(CURLOPT_USERNAME, signature.access_key);
  set_secret(CURLOPT_PASSWORD, signature.secret_key);
}

void Transfer::take_another_connection()
{
  abort = AbortReason::none;
  requests_sent = 0;
  set(easy.get(), CURLOPT_FRESH_CONNECT, 1L);
}

void Transfer::add_headers()
{
  const auto add = [this](const std::string& line) {
    auto* longer = libcurl().slist_append(headers.get(), line.c_str());
    if (!longer) {
      throw std::bad_alloc();
    }
    static_cast<void>(headers.release());
    headers.reset(longer);
  };
  bool has_content_type = false;
  bool has_accept_encoding = false;
  for (const auto& [name, value] : request.headers) {
    has_content_type = has_content_type || equal_ignoring_case(name, "content-type");
    has_accept_encoding = has_accept_encoding || equal_ignoring_case(name, "accept-encoding");
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  if (has_body() && !has_content_type) {
    add("Content-Type:");
  }
  if (stream && !stream->size()) {
    add("Transfer-Encoding: chunked");
  }
  // libcurl signs every line that stands here: also one that means that a header is not sent, and
  // one that proxies before a store change.
  if (!has_accept_encoding && !request.signature) {
    add("Accept-Encoding: identity"); // ContentDecoder still understands who packs unasked
  }
  if (!request.signature) {
    add("Expect:"); // a round trip for nothing, and some gateways never answer it
  }
  if (!request.key.empty()) {
    const auto& [name, scheme] = request.key_form;
    std::string line = name + (scheme.empty() ? ": " : ": " + scheme + " ");
    line.reserve(line.size() + request.key.reveal().size());
    line += request.key.reveal();
    add(line);
    wipe(line);
  }
  set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
}

} // namespace limn
