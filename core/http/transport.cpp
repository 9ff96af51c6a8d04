#include "http/transport.hpp"

#include "http/transfer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limn {

namespace {

using Clock = std::chrono::steady_clock;

} // namespace

struct Transport::Impl {
  TransportOptions options;
  Log& log;
  CertificateStore store;
  CURLM* multi = nullptr;
  TransferId last_id = 0;
  std::unordered_map<TransferId, std::unique_ptr<Transfer>> transfers;
  std::multimap<Clock::time_point, std::function<void()>> timers;
  bool interrupt_is_over = false; // nothing more will come from there
  bool in_perform = false; // libcurl forbids to add or take away handles from within its callbacks
  std::vector<TransferId> to_add;  // started meanwhile
  std::vector<TransferId> to_drop; // dropped meanwhile

  Impl(TransportOptions a_options, Log& a_log)
    : options(std::move(a_options)), log(a_log), store(certificate_store(options.ca_file))
  {
  }

  void settle();
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
  transfer->limits = &m_impl->options.limits;
  const auto failure = transfer->prepare(m_impl->store, m_impl->options.user_agent);
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
    m_impl->settle();
    m_impl->finish_ended();
    m_impl->fire_timers();
    if (goes_on()) {
      m_impl->wait();
    }
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

void Transport::Impl::wait()
{
  auto time = std::chrono::milliseconds(60'000);
  if (!timers.empty()) {
    const auto until =
      std::chrono::ceil<std::chrono::milliseconds>(timers.begin()->first - Clock::now());
    time = std::clamp(until, std::chrono::milliseconds(0), time);
  }
  curl_waitfd interrupt{options.interrupt_fd, CURL_WAIT_POLLIN, 0};
  const bool watch = options.interrupt_fd >= 0 && !interrupt_is_over;
  curl_multi_poll(multi, watch ? &interrupt : nullptr, watch ? 1 : 0,
                  static_cast<int>(time.count()), nullptr);
  if (watch && interrupt.revents != 0) {
    char byte = 0;
    const auto count = ::read(options.interrupt_fd, &byte, 1);
    if (count == 1) {
      options.on_interrupt();
    } else if (count == 0 || errno != EAGAIN) {
      interrupt_is_over = true;
    }
  }
}

} // namespace limn
