#include "http/transport.hpp"

#include "http/address.hpp"
#include "http/body_reader.hpp"
#include "http/transfer_failure.hpp"
#include "http/url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unordered_map>
#include <vector>

namespace limn {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t k_max_header_size = 256 * 1024;
constexpr long k_receive_buffer_size = 512 * 1024;
constexpr const char* k_hashed_store = "/etc/ssl/certs";

struct CloseEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// A header list that leaves no key in freed memory.
struct WipeHeaders {
  void operator()(curl_slist* list) const
  {
    for (auto* item = list; item; item = item->next) {
      explicit_bzero(item->data, std::strlen(item->data));
    }
    curl_slist_free_all(list);
  }
};

// Whether a folder holds certificates under their hashes ("1636090b.0"), as c_rehash makes it.
bool is_hashed_store(const char* folder)
{
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name.size() == 10 && name.ends_with(".0")
        && name.find_first_not_of("0123456789abcdef") == 8) {
      return true;
    }
  }
  return false;
}

struct CertificateStore {
  std::string file;
  std::string folder;
};

// Parsing a bundle costs about 20 ms at every start; a hashed folder is read only where a chain
// needs it.
CertificateStore certificate_store(const std::filesystem::path& ca_file)
{
  const auto env = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (!ca_file.empty()) {
    return {ca_file.string(), ""};
  }
  const auto file = env("SSL_CERT_FILE");
  const auto folder = env("SSL_CERT_DIR");
  if (!file.empty() || !folder.empty()) {
    return {file, folder};
  }
  if (is_hashed_store(k_hashed_store)) {
    return {"", k_hashed_store};
  }
  return {};
}

std::string lower_case(std::string_view text)
{
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return result;
}

std::string_view trimmed(std::string_view text)
{
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

enum class AbortReason { none, header_limit, body_limit, receiver, address };

struct Transfer {
  Transport::TransferId id = 0;
  HttpRequest request;
  std::string host;
  ResponseReceiver* receiver = nullptr; // null once dropped
  Log* log = nullptr;
  std::unique_ptr<BodyReader> body;
  std::unique_ptr<curl_slist, WipeHeaders> headers;
  std::unique_ptr<CURL, CloseEasy> easy;
  std::vector<char> error_text = std::vector<char>(CURL_ERROR_SIZE, '\0');

  int status = 0;
  Pairs response_headers;
  std::size_t header_size = 0;
  std::uint64_t body_size = 0;
  AbortReason abort = AbortReason::none;

  bool is_passing_redirect() const
  {
    return request.redirects == Redirects::followed && status >= 300 && status < 400;
  }
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context)
{
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.header_size += size;
  if (transfer.header_size > k_max_header_size) {
    transfer.abort = AbortReason::header_limit;
    return 0;
  }
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    const auto code = line.substr(std::min(line.find(' '), line.size() - 1) + 1, 3);
    transfer.status = 0;
    std::from_chars(code.data(), code.data() + code.size(), transfer.status);
    transfer.response_headers.clear();
    return size;
  }
  const auto text = trimmed(line);
  if (!text.empty()) {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
      transfer.response_headers.emplace_back(lower_case(trimmed(text.substr(0, colon))),
                                             trimmed(text.substr(colon + 1)));
    }
    return size;
  }
  const bool is_final = transfer.status >= 200 && !transfer.is_passing_redirect();
  if (is_final && transfer.receiver) {
    transfer.receiver->head(transfer.status, transfer.response_headers);
  }
  return transfer.receiver ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* context)
{
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.is_passing_redirect()) {
    return size;
  }
  transfer.body_size += size;
  if (transfer.body_size > transfer.request.max_body_size) {
    transfer.abort = AbortReason::body_limit;
    return 0;
  }
  if (transfer.receiver && !transfer.receiver->body({data, size})) {
    transfer.abort = AbortReason::receiver;
    return 0;
  }
  return transfer.receiver ? size : 0;
}

std::size_t on_read(char* into, std::size_t, std::size_t room, void* context)
{
  const auto count = static_cast<Transfer*>(context)->body->read({into, room});
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
  if (!is_public(address->addr)) {
    transfer.abort = AbortReason::address;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
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
    const auto name = lower_case(line.substr(0, line.find(':')));
    const bool secret = name == "authorization" || name == "proxy-authorization" || name == "cookie"
                        || name == "set-cookie" || name == "api-key" || name == "x-api-key";
    if (!line.empty()) {
      log.write(LogLevel::debug,
                fmt::format("{} {}", mark, secret ? name + ": [redacted]" : std::string(line)));
    }
  }
  return 0;
}

template <typename T>
void set(CURL* easy, CURLoption option, T value)
{
  // Options fail only for want of memory or for values that are fixed here.
  if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) {
    throw std::bad_alloc();
  }
}

} // namespace

struct Transport::Impl {
  TransportOptions options;
  Log& log;
  CertificateStore store;
  CURLM* multi = nullptr;
  TransferId last_id = 0;
  std::unordered_map<TransferId, std::unique_ptr<Transfer>> transfers;
  std::multimap<Clock::time_point, std::function<void()>> timers;
  bool interrupted = false;
  bool in_perform = false; // libcurl forbids to add or take away handles from within its callbacks
  std::vector<TransferId> to_add; // started meanwhile

  Impl(TransportOptions a_options, Log& a_log)
    : options(std::move(a_options)), log(a_log), store(certificate_store(options.ca_file))
  {
  }

  std::optional<TransferFailure> prepare(Transfer& transfer);
  void set_options(Transfer& transfer, const Url& url);
  void add_headers(Transfer& transfer);
  void add_started();
  void finish_ended();
  void fire_timers();
  void wait();
};

Result<std::unique_ptr<Transport>> Transport::create(TransportOptions options, Log& log)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(FailureClass::internal, "libcurl could not be initialised");
  }
  auto impl = std::make_unique<Impl>(std::move(options), log);
  impl->multi = curl_multi_init();
  if (!impl->multi) {
    return fail(FailureClass::internal, "libcurl could not be initialised");
  }
  return std::unique_ptr<Transport>(new Transport(std::move(impl)));
}

Transport::Transport(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Transport::~Transport()
{
  for (auto& [id, transfer] : m_impl->transfers) {
    if (transfer->easy) {
      curl_multi_remove_handle(m_impl->multi, transfer->easy.get());
    }
  }
  m_impl->transfers.clear();
  curl_multi_cleanup(m_impl->multi);
  curl_global_cleanup();
}

Transport::TransferId Transport::start(HttpRequest request, ResponseReceiver& receiver)
{
  const auto id = ++m_impl->last_id;
  auto transfer = std::make_unique<Transfer>();
  transfer->id = id;
  transfer->request = std::move(request);
  transfer->receiver = &receiver;
  transfer->log = &m_impl->log;
  const auto failure = m_impl->prepare(*transfer);
  if (!failure && m_impl->in_perform) {
    m_impl->to_add.push_back(id);
  } else if (!failure) {
    curl_multi_add_handle(m_impl->multi, transfer->easy.get());
  }
  m_impl->transfers.emplace(id, std::move(transfer));
  if (failure) {
    // Told from run() like every other end, so that a caller need not expect the answer within the
    // question.
    after(std::chrono::milliseconds(0), [this, id, failure = *failure] {
      const auto found = m_impl->transfers.find(id);
      if (found == m_impl->transfers.end()) {
        return;
      }
      const auto ended = std::move(found->second);
      m_impl->transfers.erase(found);
      if (ended->receiver) {
        ended->receiver->finished(failure);
      }
    });
  }
  return id;
}

void Transport::drop(TransferId id)
{
  const auto found = m_impl->transfers.find(id);
  if (found == m_impl->transfers.end()) {
    return;
  }
  if (m_impl->in_perform) {
    found->second->receiver =
      nullptr; // its next callback, or its end, is the last that is heard of it
    return;
  }
  if (found->second->easy) {
    curl_multi_remove_handle(m_impl->multi, found->second->easy.get());
  }
  m_impl->transfers.erase(found);
}

void Transport::after(std::chrono::milliseconds delay, std::function<void()> action)
{
  m_impl->timers.emplace(Clock::now() + delay, std::move(action));
}

void Transport::run(const std::function<bool()>& done)
{
  const auto goes_on = [&] {
    return !done() && (!m_impl->transfers.empty() || !m_impl->timers.empty());
  };
  while (goes_on()) {
    int running = 0;
    m_impl->in_perform = true;
    curl_multi_perform(m_impl->multi, &running);
    m_impl->in_perform = false;
    m_impl->add_started();
    m_impl->finish_ended();
    m_impl->fire_timers();
    if (goes_on()) {
      m_impl->wait();
    }
  }
}

std::optional<TransferFailure> Transport::Impl::prepare(Transfer& transfer)
{
  const auto refused = [](std::string message, std::string hint) {
    return TransferFailure{TransferFailure::Kind::refused, std::move(message), std::move(hint),
                           false};
  };
  const auto url = parse_url(transfer.request.url);
  if (!url) {
    return refused(url.error().message, url.error().hint);
  }
  transfer.host = url->host;
  if (url->scheme == "http" && !is_loopback(*url)
      && transfer.request.plaintext != Plaintext::allowed) {
    return refused(
      fmt::format(
        "plain http to {} is refused: whoever is on the way could read the key and the picture",
        url->host),
      "use https, or say allow_plaintext: true for this gateway in limn.yaml");
  }
  if (!transfer.request.body.empty()) {
    auto body = BodyReader::open(std::move(transfer.request.body));
    if (!body) {
      return refused(body.error().message, body.error().hint);
    }
    transfer.body = std::make_unique<BodyReader>(std::move(*body));
  }
  transfer.easy.reset(curl_easy_init());
  if (!transfer.easy) {
    throw std::bad_alloc();
  }
  set_options(transfer, *url);
  add_headers(transfer);
  return std::nullopt;
}

void Transport::Impl::set_options(Transfer& transfer, const Url& url)
{
  const auto& request = transfer.request;
  CURL* easy = transfer.easy.get();
  set(easy, CURLOPT_PRIVATE, &transfer);
  set(easy, CURLOPT_URL, to_string(url).c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_ERRORBUFFER, transfer.error_text.data());
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  // The line is silent for minutes while an image is drawn; routers forget such connections.
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  set(easy, CURLOPT_TCP_KEEPINTVL, 15L);
  set(easy, CURLOPT_BUFFERSIZE, k_receive_buffer_size);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!store.file.empty() || !store.folder.empty()) {
    set(easy, CURLOPT_CAINFO, store.file.empty() ? nullptr : store.file.c_str());
    set(easy, CURLOPT_CAPATH, store.folder.empty() ? nullptr : store.folder.c_str());
  }
  // Asks for plain bytes and still understands a server that compresses unasked.
  set(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (is_loopback(url)) {
    set(easy, CURLOPT_PROXY, "");
  }
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  if (request.redirects == Redirects::followed) {
    set(easy, CURLOPT_FOLLOWLOCATION, 1L);
    set(easy, CURLOPT_MAXREDIRS, 5L);
    set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  }
  if (request.addresses == Addresses::public_only) {
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    // A connection that a gateway's own request made to a private address is not for reuse here.
    set(easy, CURLOPT_FRESH_CONNECT, 1L);
  }
  if (transfer.body) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.body->size()));
    set(easy, CURLOPT_READFUNCTION, &on_read);
    set(easy, CURLOPT_READDATA, &transfer);
    set(easy, CURLOPT_SEEKFUNCTION, &on_seek);
  }
  if (request.method != (transfer.body ? "POST" : "GET")) {
    set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (log.wants(LogLevel::debug)) {
    set(easy, CURLOPT_VERBOSE, 1L);
    set(easy, CURLOPT_DEBUGFUNCTION, &on_debug);
    set(easy, CURLOPT_DEBUGDATA, &transfer);
  }
}

void Transport::Impl::add_headers(Transfer& transfer)
{
  const auto add = [&transfer](const std::string& line) {
    auto* longer = curl_slist_append(transfer.headers.get(), line.c_str());
    if (!longer) {
      throw std::bad_alloc();
    }
    static_cast<void>(transfer.headers.release());
    transfer.headers.reset(longer);
  };
  bool has_content_type = false;
  for (const auto& [name, value] : transfer.request.headers) {
    has_content_type = has_content_type || lower_case(name) == "content-type";
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  if (transfer.body && !has_content_type) {
    add("Content-Type:");
  }
  add("Expect:"); // a round trip for nothing, and some gateways never answer it
  if (!transfer.request.bearer.empty()) {
    std::string line = "Authorization: Bearer ";
    line.reserve(line.size() + transfer.request.bearer.reveal().size());
    line += transfer.request.bearer.reveal();
    add(line);
    wipe(line);
  }
  set(transfer.easy.get(), CURLOPT_HTTPHEADER, transfer.headers.get());
}

void Transport::Impl::add_started()
{
  for (const auto id : to_add) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      curl_multi_add_handle(multi, found->second->easy.get());
    }
  }
  to_add.clear();
}

void Transport::Impl::finish_ended()
{
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const CURLcode code = message->data.result;
    char* context = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
    const auto id = reinterpret_cast<Transfer*>(context)->id;
    curl_multi_remove_handle(multi, message->easy_handle);
    const auto found = transfers.find(id);
    const auto transfer = std::move(found->second);
    transfers.erase(found);
    if (!transfer->receiver) {
      continue;
    }
    curl_off_t before_request = 0;
    curl_easy_getinfo(transfer->easy.get(), CURLINFO_PRETRANSFER_TIME_T, &before_request);
    const bool was_sent = before_request > 0;

    std::optional<TransferFailure> failure;
    using Kind = TransferFailure::Kind;
    if (transfer->abort == AbortReason::header_limit) {
      failure =
        TransferFailure{Kind::limit,
                        fmt::format("the headers from {} are larger than {} KiB (max_header_size)",
                                    transfer->host, k_max_header_size / 1024),
                        "", was_sent};
    } else if (transfer->abort == AbortReason::body_limit) {
      failure =
        TransferFailure{Kind::limit,
                        fmt::format("the answer from {} is larger than {} MiB (max_body_size)",
                                    transfer->host, transfer->request.max_body_size >> 20),
                        "", was_sent};
    } else if (transfer->abort == AbortReason::receiver) {
      failure = TransferFailure{Kind::cancelled, "the transfer was stopped", "", was_sent};
    } else if (transfer->abort == AbortReason::address && code != CURLE_OK) {
      failure = TransferFailure{
        Kind::refused, fmt::format("{} is not on the public internet", transfer->host),
        "a gateway may hand out addresses of its own origin or public ones only", false};
    } else if (code != CURLE_OK) {
      failure = transfer_failure(code, was_sent, transfer->host, transfer->error_text.data(),
                                 transfer->request);
    }
    transfer->receiver->finished(failure);
  }
}

void Transport::Impl::fire_timers()
{
  const auto now = Clock::now();
  while (!timers.empty() && timers.begin()->first <= now) {
    const auto action = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    action();
  }
}

void Transport::Impl::wait()
{
  auto time = std::chrono::milliseconds(60'000);
  if (!timers.empty()) {
    const auto until =
      std::chrono::ceil<std::chrono::milliseconds>(timers.begin()->first - Clock::now());
    time = std::clamp(until, std::chrono::milliseconds(0), time);
  }
  curl_waitfd interrupt{options.interrupt_fd, CURL_WAIT_POLLIN, 0};
  const bool watch = options.interrupt_fd >= 0 && !interrupted;
  curl_multi_poll(multi, watch ? &interrupt : nullptr, watch ? 1 : 0,
                  static_cast<int>(time.count()), nullptr);
  if (watch && interrupt.revents != 0) {
    interrupted = true;
    options.on_interrupt();
  }
}

} // namespace limn
