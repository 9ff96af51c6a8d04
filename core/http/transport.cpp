#include "http/transport.hpp"

#include "http/transfer.hpp"

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limn {

// libcurl's socket interface: it says what to watch and when to call it, and is called for that.
struct Transport::Impl {
  Loop& loop;
  TransportOptions options;
  std::shared_ptr<const Limits> limits; // of those that begin now
  Log& log;
  CertificateStore store;
  CURLM* multi = nullptr;
  Timer libcurl_timer; // when it wants to be called at the latest
  std::unordered_map<curl_socket_t, Watch> sockets;
  TransferId last_id = 0;
  Connections connections;
  std::unordered_map<TransferId, std::unique_ptr<Transfer>> transfers;
  bool in_perform = false; // libcurl forbids to add or take away handles from within its callbacks
  std::vector<TransferId> to_add;  // started meanwhile
  std::vector<TransferId> to_drop; // dropped meanwhile

  Impl(Loop& a_loop, TransportOptions a_options, Log& a_log)
    : loop(a_loop), options(std::move(a_options)),
      limits(std::make_shared<const Limits>(options.limits)), log(a_log), store(options.ca_file)
  {
  }
  ~Impl();

  static int on_socket(CURL*, curl_socket_t socket, int what, void* context, void* known);
  static int on_timer(CURLM*, long timeout_ms, void* context);

  TransferId start(HttpRequest request, ResponseReceiver& receiver, BodyStream* stream);
  Transfer* find(TransferId id);
  void go_on(TransferId id);
  std::optional<TransferFailure> open();
  void perform(curl_socket_t socket, int mask);
  void refuse(TransferId id, const TransferFailure& failure);
  void settle();
  void finish_ended();
};

int Transport::Impl::on_socket(CURL*, curl_socket_t socket, int what, void* context, void* known)
{
  auto& impl = *static_cast<Impl*>(context);
  if (what == CURL_POLL_REMOVE) {
    impl.sockets.erase(socket);
    return 0;
  }
  const unsigned readable = what == CURL_POLL_IN || what == CURL_POLL_INOUT ? 1U : 0U;
  const unsigned writable = what == CURL_POLL_OUT || what == CURL_POLL_INOUT ? 2U : 0U;
  const auto events = static_cast<Events>(readable | writable);
  if (const auto found = impl.sockets.find(socket); known && found != impl.sockets.end()) {
    found->second.change(events);
    return 0;
  }
  // One that libcurl has not named since it was opened, whatever had its number before.
  impl.sockets.erase(socket);
  impl.sockets.emplace(socket, impl.loop.watch(socket, events, [&impl, socket](Events ready) {
    impl.perform(socket, (has(ready, Events::readable) ? CURL_CSELECT_IN : 0)
                           | (has(ready, Events::writable) ? CURL_CSELECT_OUT : 0));
  }));
  libcurl().multi_assign(impl.multi, socket, &impl);
  return 0;
}

int Transport::Impl::on_timer(CURLM*, long timeout_ms, void* context)
{
  auto& impl = *static_cast<Impl*>(context);
  if (timeout_ms < 0) {
    impl.libcurl_timer.cancel();
  } else {
    impl.libcurl_timer = impl.loop.after(std::chrono::milliseconds(timeout_ms),
                                         [&impl] { impl.perform(CURL_SOCKET_TIMEOUT, 0); });
  }
  return 0;
}

Transport::Impl::~Impl()
{
  for (auto& [id, transfer] : transfers) {
    if (transfer->easy) {
      libcurl().multi_remove_handle(multi, transfer->easy.get());
    }
  }
  transfers.clear();
  if (multi) {
    libcurl().multi_cleanup(multi); // closes connections, which calls on_socket
    libcurl().global_cleanup();
  }
}

// Nothing if it is open already.
std::optional<TransferFailure> Transport::Impl::open()
{
  if (multi) {
    return std::nullopt;
  }
  if (const auto found = load_libcurl(); !found) {
    return TransferFailure{TransferFailure::Kind::refused, found.error().message,
                           found.error().hint};
  }
  if (libcurl().global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
    multi = libcurl().multi_init();
  }
  if (!multi) {
    return TransferFailure{TransferFailure::Kind::refused, "libcurl could not be initialised", ""};
  }
  libcurl().multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  libcurl().multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  libcurl().multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  libcurl().multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  return std::nullopt;
}

Transport::Transport(Loop& loop, TransportOptions options, Log& log)
  : m_impl(std::make_unique<Impl>(loop, std::move(options), log))
{
}

Transport::~Transport() = default;

void Transport::limit(const Limits& limits)
{
  m_impl->limits = std::make_shared<const Limits>(limits);
}

Loop& Transport::loop() const
{
  return m_impl->loop;
}

Transport::TransferId Transport::start(HttpRequest request, ResponseReceiver& receiver)
{
  return m_impl->start(std::move(request), receiver, nullptr);
}

Transport::TransferId Transport::start(HttpRequest request, ResponseReceiver& receiver,
                                       BodyStream& stream)
{
  return m_impl->start(std::move(request), receiver, &stream);
}

HttpClient::TransferId Transport::Impl::start(HttpRequest request, ResponseReceiver& receiver,
                                              BodyStream* stream)
{
  const auto id = ++last_id;
  auto transfer = std::make_unique<Transfer>();
  transfer->id = id;
  transfer->request = std::move(request);
  transfer->receiver = &receiver;
  transfer->stream = stream;
  transfer->log = &log;
  transfer->limits = limits;
  transfer->connections = &connections;
  auto failure = open();
  if (!failure) {
    failure = transfer->prepare(store, options.user_agent, transfers.size());
  }
  if (!failure && in_perform) {
    to_add.push_back(id);
  } else if (!failure) {
    libcurl().multi_add_handle(multi, transfer->easy.get());
  }
  transfers.emplace(id, std::move(transfer));
  if (failure) {
    // Told from the loop like every other end, so that a caller need not expect the answer within
    // the question.
    auto& refused = *transfers.at(id);
    refused.refusal = loop.after(std::chrono::nanoseconds(0),
                                 [this, id, failure = *failure] { refuse(id, failure); });
  }
  return id;
}

void Transport::Impl::refuse(TransferId id, const TransferFailure& failure)
{
  const auto found = transfers.find(id);
  const auto ended = std::move(found->second);
  transfers.erase(found);
  ended->receiver->finished(failure);
}

void Transport::drop(TransferId id)
{
  const auto found = m_impl->transfers.find(id);
  if (found == m_impl->transfers.end()) {
    return;
  }
  if (m_impl->in_perform) {
    found->second->receiver = nullptr;
    m_impl->to_drop.push_back(id);
    return;
  }
  if (found->second->easy) {
    libcurl().multi_remove_handle(m_impl->multi, found->second->easy.get());
  }
  m_impl->transfers.erase(found);
}

Transfer* Transport::Impl::find(TransferId id)
{
  const auto found = transfers.find(id);
  return found != transfers.end() && found->second->easy && found->second->receiver
           ? found->second.get()
           : nullptr;
}

// libcurl hands on from within what it held back.
void Transport::Impl::go_on(TransferId id)
{
  if (auto* const transfer = find(id)) {
    in_perform = true;
    transfer->go_on();
    in_perform = false;
    settle();
  }
}

void Transport::more_to_send(TransferId id)
{
  m_impl->go_on(id);
}

void Transport::pause(TransferId id)
{
  if (auto* const transfer = m_impl->find(id)) {
    transfer->is_paused = true;
    libcurl().easy_pause(transfer->easy.get(), CURLPAUSE_RECV);
  }
}

void Transport::resume(TransferId id)
{
  auto* const transfer = m_impl->find(id);
  if (transfer && std::exchange(transfer->is_paused, false)) {
    m_impl->go_on(id);
  }
}

bool Transport::may_have_been_sent(TransferId id) const
{
  const auto found = m_impl->transfers.find(id);
  return found != m_impl->transfers.end() && found->second->may_have_been_sent();
}

void Transport::Impl::perform(curl_socket_t socket, int mask)
{
  int running = 0;
  in_perform = true;
  libcurl().multi_socket_action(multi, socket, mask, &running);
  in_perform = false;
  settle();
  finish_ended();
}

// Does what could not be done from within the callbacks.
void Transport::Impl::settle()
{
  for (const auto id : std::exchange(to_drop, {})) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      if (found->second->easy) {
        libcurl().multi_remove_handle(multi, found->second->easy.get());
      }
      transfers.erase(found);
    }
  }
  for (const auto id : std::exchange(to_add, {})) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      libcurl().multi_add_handle(multi, found->second->easy.get());
    }
  }
}

void Transport::Impl::finish_ended()
{
  int left = 0;
  while (CURLMsg* message = libcurl().multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const CURLcode code = message->data.result;
    char* context = nullptr;
    libcurl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
    const auto id = reinterpret_cast<Transfer*>(context)->id;
    libcurl().multi_remove_handle(multi, message->easy_handle);
    const auto found = transfers.find(id);
    if (found->second->receiver && found->second->wants_another_connection()) {
      found->second->take_another_connection();
      libcurl().multi_add_handle(multi, message->easy_handle);
      continue;
    }
    in_perform = true; // the receiver may drop the transfer
    found->second->end_body();
    in_perform = false;
    const auto transfer = std::move(found->second);
    transfers.erase(found);
    if (!transfer->receiver) {
      continue;
    }
    transfer->receiver->finished(transfer->failure(code));
  }
}

} // namespace limn
