#include "http/transport.hpp"

#include "http/transfer.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limn {

namespace {

using Clock = std::chrono::steady_clock;

} // namespace

// epoll and libcurl's socket interface: what a wake-up costs does not depend on how many transfers
// are waiting.
struct Transport::Impl {
  TransportOptions options;
  Log& log;
  CertificateStore store;
  CURLM* multi = nullptr;
  int epoll = -1;
  std::optional<Clock::time_point> libcurl_timer; // when it wants to be called at the latest
  TransferId last_id = 0;
  Connections connections;
  std::unordered_map<TransferId, std::unique_ptr<Transfer>> transfers;
  std::multimap<Clock::time_point, std::function<void()>> timers;
  bool in_perform = false; // libcurl forbids to add or take away handles from within its callbacks
  std::vector<TransferId> to_add;  // started meanwhile
  std::vector<TransferId> to_drop; // dropped meanwhile

  Impl(TransportOptions a_options, Log& a_log)
    : options(std::move(a_options)), log(a_log), store(options.ca_file)
  {
  }
  ~Impl();

  static int on_socket(CURL*, curl_socket_t socket, int what, void* context, void*);
  static int on_timer(CURLM*, long timeout_ms, void* context);

  Done open();
  void watch(int descriptor, std::uint32_t events);
  int wait_ms() const;
  void wait_and_perform();
  void interrupt();
  void settle();
  void finish_ended();
  void fire_timers();
};

int Transport::Impl::on_socket(CURL*, curl_socket_t socket, int what, void* context, void*)
{
  std::uint32_t events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) {
    events |= EPOLLIN;
  }
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) {
    events |= EPOLLOUT;
  }
  static_cast<Impl*>(context)->watch(socket, events);
  return 0;
}

int Transport::Impl::on_timer(CURLM*, long timeout_ms, void* context)
{
  auto& timer = static_cast<Impl*>(context)->libcurl_timer;
  if (timeout_ms < 0) {
    timer.reset();
  } else {
    timer = Clock::now() + std::chrono::milliseconds(timeout_ms);
  }
  return 0;
}

Transport::Impl::~Impl()
{
  for (auto& [id, transfer] : transfers) {
    if (transfer->easy) {
      curl_multi_remove_handle(multi, transfer->easy.get());
    }
  }
  transfers.clear();
  if (multi) {
    curl_multi_cleanup(multi); // closes connections, which calls on_socket
  }
  if (epoll >= 0) {
    ::close(epoll);
  }
  curl_global_cleanup();
}

Done Transport::Impl::open()
{
  multi = curl_multi_init();
  epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (!multi || epoll < 0) {
    return fail(FailureClass::internal, "libcurl could not be initialised");
  }
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  if (options.interrupt_fd >= 0) {
    watch(options.interrupt_fd, EPOLLIN);
  }
  return {};
}

// No events: not any more.
void Transport::Impl::watch(int descriptor, std::uint32_t events)
{
  epoll_event event{events, {.fd = descriptor}};
  if (events == 0) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nullptr); // fails where it is closed already
  } else if (::epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) != 0) {
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  }
}

Result<std::unique_ptr<Transport>> Transport::create(TransportOptions options, Log& log)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(FailureClass::internal, "libcurl could not be initialised");
  }
  auto impl = std::make_unique<Impl>(std::move(options), log);
  LIMN_TRY(impl->open());
  return std::unique_ptr<Transport>(new Transport(std::move(impl)));
}

Transport::Transport(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Transport::~Transport() = default;

Transport::TransferId Transport::start(HttpRequest request, ResponseReceiver& receiver)
{
  const auto id = ++m_impl->last_id;
  auto transfer = std::make_unique<Transfer>();
  transfer->id = id;
  transfer->request = std::move(request);
  transfer->receiver = &receiver;
  transfer->log = &m_impl->log;
  transfer->limits = &m_impl->options.limits;
  transfer->connections = &m_impl->connections;
  const auto failure =
    transfer->prepare(m_impl->store, m_impl->options.user_agent, m_impl->transfers.size());
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
    found->second->receiver = nullptr;
    m_impl->to_drop.push_back(id);
    return;
  }
  if (found->second->easy) {
    curl_multi_remove_handle(m_impl->multi, found->second->easy.get());
  }
  m_impl->transfers.erase(found);
}

bool Transport::may_have_been_sent(TransferId id) const
{
  const auto found = m_impl->transfers.find(id);
  return found != m_impl->transfers.end() && found->second->may_have_been_sent();
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
    m_impl->wait_and_perform();
    m_impl->settle();
    m_impl->finish_ended();
    m_impl->fire_timers();
  }
}

// Until libcurl, a timer of ours or nothing at all is next.
int Transport::Impl::wait_ms() const
{
  auto until = Clock::now() + std::chrono::seconds(60);
  if (!timers.empty()) {
    until = std::min(until, timers.begin()->first);
  }
  if (libcurl_timer) {
    until = std::min(until, *libcurl_timer);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

void Transport::Impl::wait_and_perform()
{
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), wait_ms());
  bool is_interrupted = false;
  int running = 0;
  in_perform = true;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == options.interrupt_fd) {
      is_interrupted = true;
      continue;
    }
    // A broken connection can be read: that is how the reason is found, as by libcurl's own poll.
    const bool can_be_read = (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    const int mask =
      (can_be_read ? CURL_CSELECT_IN : 0) | ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(multi, event.data.fd, mask, &running);
  }
  if (libcurl_timer && *libcurl_timer <= Clock::now()) {
    libcurl_timer.reset();
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  in_perform = false;
  if (is_interrupted) {
    interrupt();
  }
}

void Transport::Impl::interrupt()
{
  char byte = 0;
  const auto count = ::read(options.interrupt_fd, &byte, 1);
  if (count == 1) {
    options.on_interrupt(byte);
  } else if (count == 0 || errno != EAGAIN) {
    watch(options.interrupt_fd, 0); // nothing more will come from there
  }
}

// Does what could not be done from within the callbacks.
void Transport::Impl::settle()
{
  for (const auto id : std::exchange(to_drop, {})) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      if (found->second->easy) {
        curl_multi_remove_handle(multi, found->second->easy.get());
      }
      transfers.erase(found);
    }
  }
  for (const auto id : std::exchange(to_add, {})) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      curl_multi_add_handle(multi, found->second->easy.get());
    }
  }
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
    if (found->second->receiver && found->second->wants_another_connection()) {
      found->second->take_another_connection();
      curl_multi_add_handle(multi, message->easy_handle);
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

void Transport::Impl::fire_timers()
{
  const auto now = Clock::now();
  while (!timers.empty() && timers.begin()->first <= now) {
    const auto action = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    action();
  }
}

} // namespace limn
