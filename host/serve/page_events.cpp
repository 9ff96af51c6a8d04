#include "serve/page_events.hpp"

#include "http_server/event_text.hpp"
#include "serve/page_access.hpp"
#include "serve/replies.hpp"
#include "serve/session_endpoint.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <charconv>
#include <chrono>
#include <optional>

namespace limn {

namespace {

constexpr std::size_t k_told_kept = 512;
constexpr std::size_t k_most_streams = 64;
constexpr std::uint64_t k_too_far_behind = 1U << 20U; // bytes that a tab did not take
constexpr std::chrono::seconds k_heartbeat{10};

} // namespace

class PageEvents::Receiver : public RequestReceiver
{
public:
  Receiver(PageEvents& events, ExchangeId id) : m_events(events), m_id(id) {}

  void body(std::string_view) override {}
  void received() override {}
  void ended(ExchangeEnd) override { m_events.m_streams.erase(m_id); }

private:
  PageEvents& m_events;
  ExchangeId m_id;
};

PageEvents::PageEvents(const ServerParts& parts, PageEntry& entry) : m_parts(parts), m_entry(entry)
{
  std::uint32_t random = 0;
  static_cast<void>(::getrandom(&random, sizeof random, 0));
  m_run = fmt::format("{:08x}", random);
}

std::string PageEvents::id_of(std::uint64_t number) const
{
  return fmt::format("{}-{}", m_run, number);
}

void PageEvents::tell(std::string_view name, const std::string& json)
{
  const auto number = ++m_last;
  auto text = fmt::format("id: {}\n{}", id_of(number),
                          event_text(name, m_parts.session.redactor().redact_json(json)));
  write_to_all(text);
  m_told.push_back({number, std::move(text)});
  if (m_told.size() > k_told_kept) {
    m_told.pop_front();
  }
}

// A tab that is too far behind comes back, and goes on where it was.
void PageEvents::write_to_all(const std::string& text)
{
  finish_where([this](ExchangeId id, const std::string&) {
    return m_parts.replies.waiting(id) > k_too_far_behind;
  });
  for (const auto& [id, session] : std::map(m_streams)) {
    m_parts.replies.write(id, text);
  }
}

void PageEvents::leave_ended()
{
  finish_where(
    [this](ExchangeId, const std::string& session) { return !m_entry.caller_of_session(session); });
}

void PageEvents::finish_where(
  const std::function<bool(ExchangeId, const std::string& session)>& is_over)
{
  for (const auto& [id, session] : std::map(m_streams)) {
    if (is_over(id, session)) {
      m_streams.erase(id);
      m_parts.replies.finish(id);
    }
  }
}

std::unique_ptr<RequestReceiver> PageEvents::take(ExchangeId id, const RequestHead& head,
                                                  const Caller& /*caller*/)
{
  if (m_parts.is_closing || m_streams.size() >= k_most_streams) {
    m_parts.replies.error(id, m_parts.is_closing
                                ? closing_reply()
                                : error_reply(Ending::overloaded, "Too many tabs are open."));
    return nullptr;
  }
  ReplyHead reply;
  reply.headers = page_headers();
  reply.headers.emplace_back("content-type", "text/event-stream");
  reply.headers.emplace_back("x-accel-buffering", "no");
  m_parts.replies.begin(id, std::move(reply));
  m_streams[id] = PageEntry::session_of(head, first_port(m_parts.rules));
  resume(id, head.header("last-event-id"));
  if (m_streams.size() == 1) {
    tick();
  }
  return std::make_unique<Receiver>(*this, id);
}

void PageEvents::resume(ExchangeId id, std::string_view last_id)
{
  std::optional<std::uint64_t> last;
  if (last_id.starts_with(m_run + "-")) {
    const auto digits = last_id.substr(m_run.size() + 1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto first = m_told.empty() ? m_last + 1 : m_told.front().number;
    if (error == std::errc() && number <= m_last && number + 1 >= first) {
      last = number;
    }
  }
  if (!last) {
    m_parts.replies.write(
      id, fmt::format("retry: 2000\nid: {}\n{}", id_of(m_last), event_text("reset", "{}")));
    return;
  }
  std::string text = ": again\n\n";
  for (const auto& told : m_told) {
    text += told.number > *last ? told.text : std::string();
  }
  m_parts.replies.write(id, std::move(text));
}

void PageEvents::tick()
{
  m_tick = m_parts.session.loop().after(k_heartbeat, [this] {
    leave_ended(); // their keys may be revoked
    write_to_all(": limn\n\n");
    if (!m_streams.empty()) {
      tick();
    }
  });
}

void PageEvents::close()
{
  m_tick.cancel();
  finish_where([](ExchangeId, const std::string&) { return true; });
}

} // namespace limn
