#include "conformance/conversation.hpp"

#include "answer/message_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn::conformance {

// Cuts an answer into the events that the host would make of it.
class Conversation::Cutter : public MessageSink
{
public:
  Cutter(Conversation& conversation, int status) : m_conversation(conversation), m_status(status) {}

  std::string begin_run() override
  {
    m_runs.emplace_back(fmt::format("@limn:{}", ++m_conversation.m_tokens), "");
    return m_runs.back().first;
  }
  void bytes(std::span<const std::byte> piece) override
  {
    m_runs.back().second.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  void end_run(bool) override {}
  bool message(const Message& message) override
  {
    Event event{{LIMN_EVENT_MESSAGE, m_status, &m_conversation.m_headers},
                std::string(message.content),
                std::string(message.event_name),
                std::exchange(m_runs, {})};
    event.event.format =
      message.format == Message::Format::json ? LIMN_FORMAT_JSON : LIMN_FORMAT_TEXT;
    m_conversation.m_events.push_back(std::move(event));
    return true;
  }

private:
  Conversation& m_conversation;
  int m_status;
  std::vector<std::pair<std::string, std::string>> m_runs;
};

Conversation::Conversation(Provider& provider, const Job& job, const Pairs& settings,
                           FalseHost& host, Gatekeeper gatekeeper,
                           std::span<const std::string> dropped)
  : m_host(host), m_gatekeeper(std::move(gatekeeper))
{
  if (auto terms = terms_of(provider, settings); !terms) { // as the host, before it opens one
    m_failure = std::move(terms.error());
    return;
  }
  auto gateway = k_gateway;
  gateway.settings = &settings;
  auto dialogue = provider.open(job, gateway, dropped);
  if (dialogue) {
    m_dialogue.emplace(std::move(*dialogue));
  } else {
    m_failure = std::move(dialogue.error());
  }
}

Result<GatewayTerms> terms_of(Provider& provider, const Pairs& settings)
{
  auto gateway = k_gateway;
  gateway.model = {};
  gateway.settings = &settings;
  return provider.terms(gateway);
}

void Conversation::run(int most_calls)
{
  for (int i = 0; i < most_calls && advance(); ++i) {
  }
}

bool Conversation::advance()
{
  if (m_failure || m_has_finished) {
    return false;
  }
  if (m_events.empty()) {
    return take_step();
  }
  auto event = std::move(m_events.front());
  m_events.pop_front();
  m_host.advance(m_pause_ms);
  event.event.content = event.content;
  event.event.event_name = event.name;
  m_current = &event;
  auto received = m_dialogue->receive(event.event, *this);
  m_current = nullptr;
  if (!received) {
    m_failure = std::move(received.error());
  }
  return !m_failure;
}

bool Conversation::take_step()
{
  auto step = m_dialogue->next();
  if (!step) {
    m_failure = std::move(step.error());
    return false;
  }
  if (std::holds_alternative<FinishStep>(*step)) {
    m_has_finished = true;
    return false;
  }
  if (const auto* wait = std::get_if<WaitStep>(&*step)) {
    m_host.advance(wait->time.count());
    return true;
  }
  m_requests.push_back(std::move(std::get<SendStep>(*step).request));
  answer(m_requests.back());
  return true;
}

void Conversation::answer(const ProviderRequest& request)
{
  const auto reply = m_gatekeeper(request, static_cast<int>(m_requests.size()) - 1);
  m_headers = reply.headers;
  m_pause_ms = reply.pause_ms;
  m_headers.emplace_back("content-type", reply.media_type);
  m_events.push_back({{LIMN_EVENT_HEAD, reply.status, &m_headers}, {}, {}, {}});
  if (reply.odd_event != 0) {
    m_events.push_back({{reply.odd_event, reply.status, &m_headers}, "{}", {}, {}});
  }
  Cutter cutter(*this, reply.status);
  MessageStream stream(cutter, Limits());
  const auto chunk_size = reply.chunk_size == 0 ? reply.body.size() : reply.chunk_size;
  for (std::size_t at = 0; at < reply.body.size(); at += chunk_size) {
    stream.feed(std::string_view(reply.body).substr(at, chunk_size));
  }
  stream.finish(MessageStream::Ending::complete);
  m_events.push_back({{LIMN_EVENT_END, reply.status, &m_headers}, {}, {}, {}});
}

std::string Conversation::bytes_of(std::string_view content)
{
  if (m_current) {
    for (const auto& [token, bytes] : m_current->runs) {
      if (content.find(token) != std::string_view::npos) {
        return bytes;
      }
    }
  }
  m_used_dead_token = m_used_dead_token || content.find("@limn:") != std::string_view::npos;
  return std::string(content);
}

void Conversation::image(std::string_view content, std::string_view revised_prompt)
{
  m_images.push_back(bytes_of(content));
  m_notes.emplace_back(revised_prompt);
}

void Conversation::partial(std::string_view content, std::optional<int>)
{
  bytes_of(content);
}

void Conversation::note(std::string_view key, std::string_view value)
{
  m_notes.push_back(fmt::format("{}={}", key, value));
}

std::string body_of(const ProviderRequest& request)
{
  std::string body;
  for (const auto& part : request.parts) {
    body += part.text;
  }
  return body;
}

} // namespace limn::conformance
