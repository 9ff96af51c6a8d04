#include "answer/answer_signs.hpp"
#include "engine/attempt_run.hpp"
#include "failure/classify.hpp"

#include <fmt/format.h>

#include <utility>

// AttemptRun, while an answer comes in.
namespace limn {

namespace {

// Some gateways leave the line open after the last event. Usage figures may still come, so not at
// once.
constexpr std::chrono::milliseconds k_last_words{3'000};

// Of a stream that talks on behind an error and brings no byte of a picture.
constexpr std::chrono::milliseconds k_longest_talk{30'000};

// The contract has no status for a refusal that the classifier does not understand.
Done hand_to(Dialogue& dialogue, const ResponseEvent& event, ResultReceiver& receiver,
             const FailureWords* words)
{
  auto received = dialogue.receive(event, receiver);
  if (received) {
    return received;
  }
  return fail(read_again(std::move(received.error()),
                         {event.http_status, event.headers, event.content}, *words));
}

} // namespace

void AttemptRun::head(int status, const Pairs& headers)
{
  m_result.http_status = status;
  m_exchange.headers = headers;
  if (auto id = request_id(headers); !id.empty()) {
    m_result.request_id = std::move(id);
  }
  m_exchange.stream =
    std::make_unique<MessageStream>(static_cast<MessageSink&>(*this), m_order.limits);
  if (m_exchange.is_billable && m_order.on_headers) {
    m_order.on_headers(headers);
  }
  if (m_exchange.is_billable && !tell_head()) {
    end_when_silent();
  }
}

// Of a request that may be sent again the dialogue hears nothing before there is a message: most
// answers that break do so in the middle of an image.
bool AttemptRun::tell_head()
{
  return std::exchange(m_exchange.was_told, true)
         || deliver({LIMN_EVENT_HEAD, m_result.http_status, &m_exchange.headers});
}

bool AttemptRun::body(std::string_view piece)
{
  m_exchange.last_heard =
    m_transport.loop().now(); // also a heartbeat of SSE: who sends them is at work
  m_exchange.bytes += piece.size();
  if (m_exchange.is_billable && m_order.on_bytes) {
    m_order.on_bytes(m_exchange.bytes);
  }
  return wants_more() && check(m_exchange.stream->feed(piece)) && wants_more();
}

void AttemptRun::bytes(std::span<const std::byte> piece)
{
  m_exchange.last_picture = m_transport.loop().now();
  m_intake.bytes(piece);
}

// Whoever refuses a request that may be charged may have drawn all the same: a picture behind the
// refusal has been paid for.
bool AttemptRun::wants_more() const
{
  return !m_intake.failure() && (!m_failure || (m_exchange.is_billable && m_has_ended));
}

// Fails where the answer holds a message that goes over a limit.
bool AttemptRun::check(MessageStream::State state)
{
  using State = MessageStream::State;
  if (state != State::too_large && state != State::too_deep) {
    return true;
  }
  if (has_all_images()) {
    return false;
  }
  const bool is_large = state == State::too_large;
  const auto& limits = m_order.limits;
  const auto most = is_large ? "larger than " + byte_size_text(limits.max_message_size)
                             : fmt::format("of more than {} levels", limits.max_json_depth);
  const std::string name = is_large ? "max_message_size" : "max_json_depth";
  fail_with(failure_of({TransferFailure::Kind::limit,
                        fmt::format("the answer holds a message {} (limits.{})", most, name),
                        how_to_raise(name), true}));
  return false;
}

bool AttemptRun::message(const Message& message)
{
  if (m_charge.was_sent()) {
    m_answer.add(message);
  }
  if (m_exchange.is_billable
      && (tells_of_drawing(message.event_name, message.content)
          || counts_a_drawing(message.content))) {
    m_charge.drawing_began();
  }
  if (!m_has_ended && !hold_back(message)) {
    tell(message);
  }
  m_intake.end_message(message, Unclaimed::PagePictures::dropped);
  if (has_all_images()) {
    end_response_soon();
  } else if (m_exchange.held_back || m_has_ended) {
    end_when_silent();
  }
  return wants_more();
}

// Its words count where nothing else was said, or where they name something.
void AttemptRun::cut_off(const Message& message)
{
  auto beginning = message; // as any other text is told
  beginning.content = message.content.substr(0, MessageStream::k_max_text_size);
  const bool tells = m_answer.last_messages().empty() || !leads_in(beginning.content, 1).empty();
  if (m_charge.was_sent() && tells) {
    m_answer.add(beginning);
  }
  const bool is_refused = m_result.http_status / 100 != 2 || m_exchange.held_back
                          || message.event_name == "error" || begins_as_error(message.content);
  m_intake.end_message(message, is_refused ? Unclaimed::PagePictures::dropped
                                           : Unclaimed::PagePictures::taken);
}

void AttemptRun::tell(const Message& message)
{
  ResponseEvent event{LIMN_EVENT_MESSAGE, m_result.http_status, &m_exchange.headers};
  event.format = message.format == Message::Format::json ? LIMN_FORMAT_JSON : LIMN_FORMAT_TEXT;
  event.content = message.content;
  event.event_name = message.event_name;
  if (tell_head()) {
    deliver(event);
  }
}

// An error is not the end of a stream: the image may come behind it. The dialogue hears of it when
// no more comes; of several the first says what happened.
bool AttemptRun::hold_back(const Message& message)
{
  if (!m_exchange.is_billable) {
    return false;
  }
  const auto now = std::chrono::system_clock::now();
  auto refusal =
    classify({m_result.http_status, &m_exchange.headers, message.content}, *m_order.words, now);
  if (!refusal) {
    return false;
  }
  // Where the status is that of an error every message is one.
  const bool says_so = m_result.http_status / 100 == 2
                       || classify({200, &m_exchange.headers, message.content}, {}, now);
  if (!m_exchange.held_back || (says_so && !m_exchange.held_back->says_so)) {
    m_exchange.held_back = {message.format,
                            std::string(message.content),
                            std::string(message.event_name),
                            std::move(*refusal),
                            says_so,
                            m_transport.loop().now()};
  }
  return true;
}

void AttemptRun::tell_held_back()
{
  if (m_exchange.held_back && !m_has_ended
      && !std::exchange(m_exchange.held_back->was_told, true)) {
    m_intake.begin_refusal();
    tell({m_exchange.held_back->format, m_exchange.held_back->content,
          m_exchange.held_back->event_name});
    m_intake.end_refusal();
  }
}

void AttemptRun::end_response(const std::optional<TransferFailure>& failure)
{
  m_exchange.transfer = 0;
  if (!wants_more()) { // a limit, or the disk, had enough of it
    end_messages(MessageStream::Ending::unheard);
    conclude();
    return;
  }
  const bool is_of_events = m_exchange.stream && m_exchange.stream->is_of_events();
  // A response that limn ended itself is as one that broke: what is pending may be half of
  // something.
  end_messages(failure || m_exchange.is_ending ? MessageStream::Ending::broken
                                               : MessageStream::Ending::complete);
  // An error is not the end of a stream: what was cut off may have been the image. One with the
  // status of a refusal is believed all the same.
  if (failure && m_exchange.is_billable && (m_exchange.held_back || m_has_ended) && is_of_events
      && m_result.http_status / 100 != 4) {
    m_charge.was_cut_behind_error();
  }
  tell_held_back();
  if (failure && !has_all_images() && !has_failed()) {
    if (send_again(*failure)) {
      return;
    }
    fail_with(failure_of(*failure));
  }
  if (has_failed() || !tell_head()
      || !deliver({LIMN_EVENT_END, m_result.http_status, &m_exchange.headers})) {
    conclude();
    return;
  }
  m_pause = {};
  if (m_exchange.is_billable && m_result.http_status / 100 == 2 && !m_exchange.held_back) {
    m_charge.billable_was_accepted();
    m_answer.was_accepted();
  }
  pump();
}

// What is pending of the answer is told, once.
void AttemptRun::end_messages(MessageStream::Ending ending)
{
  if (const auto stream = std::exchange(m_exchange.stream, nullptr)) {
    check(stream->finish(ending));
  }
}

void AttemptRun::end_response_soon()
{
  if (std::exchange(m_exchange.is_ending, true)) {
    return;
  }
  m_exchange.last_words =
    m_transport.loop().after(k_last_words, [this, transfer = m_exchange.transfer] {
      if (m_exchange.transfer != transfer || transfer == 0) {
        return;
      }
      m_transport.drop(transfer);
      end_response(std::nullopt);
    });
}

// A stream that goes on behind an error has the time in which it says something.
void AttemptRun::end_when_silent()
{
  if (std::exchange(m_exchange.is_waiting_for_silence, true)) {
    return;
  }
  m_exchange.last_heard = m_exchange.last_picture = m_transport.loop().now();
  look_for_silence(m_exchange.transfer);
}

void AttemptRun::look_for_silence(HttpClient::TransferId transfer)
{
  m_exchange.silence = m_transport.loop().after(k_last_words, [this, transfer] {
    if (m_exchange.transfer != transfer || transfer == 0) {
      return;
    }
    const auto now = m_transport.loop().now();
    if (now - m_exchange.last_heard < k_last_words
        && now - m_exchange.last_picture < k_longest_talk) {
      look_for_silence(transfer);
      return;
    }
    m_exchange.is_ending = true;
    m_transport.drop(transfer);
    end_response(std::nullopt);
  });
}

// False if that was the end of the dialogue.
bool AttemptRun::deliver(const ResponseEvent& event)
{
  if (auto received = hand_over(event); !received) {
    m_has_ended = true;
    fail_with(received.error());
  }
  return !has_failed();
}

// Some gateways repeat in an answer what they were sent. In limn's own process that tells a plugin
// nothing that it could not look up; in one of its own it would be all that it lacks.
Done AttemptRun::hand_over(const ResponseEvent& event)
{
  if (!m_redactor) {
    return hand_to(*m_dialogue, event, *this, m_order.words);
  }
  Pairs headers;
  for (const auto& [name, value] : *event.headers) {
    headers.emplace_back(m_redactor->redact_known(name), m_redactor->redact_known(value));
  }
  const auto content = m_redactor->redact_known(event.content);
  const auto event_name = m_redactor->redact_known(event.event_name);
  auto told = event;
  told.headers = &headers;
  told.content = content;
  told.event_name = event_name;
  return hand_to(*m_dialogue, told, *this, m_order.words);
}

// Each counts for the money. Told are those that were asked for, while there is no image yet.
void AttemptRun::partial(std::string_view content, std::optional<int> index)
{
  ++m_result.previews;
  const auto* picture = m_intake.partial(content);
  if (!picture || !m_order.on_preview || m_told_previews >= m_order.job.partial_images
      || m_intake.count() > 0 || !inspect_image(*picture)) {
    return;
  }
  ++m_told_previews;
  // Some count from 1, and some tell each as the first.
  const bool is_credible = index && *index > m_last_preview && *index <= m_order.job.partial_images;
  m_last_preview = is_credible ? *index : m_last_preview + 1;
  m_order.on_preview(m_last_preview, *picture);
}

void AttemptRun::usage(const Usage& usage)
{
  m_result.usage += usage;
}

void AttemptRun::note(std::string_view key, std::string_view value)
{
  if (key == "state") {
    m_state = value;
    return;
  }
  if (key == "request_id" && m_result.request_id.empty()) {
    m_result.request_id = value;
  }
  m_result.notes.emplace_back(key, value);
}

} // namespace limn
