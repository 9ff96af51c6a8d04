#include "fallback/attempt_run.hpp"

#include "codec/classify.hpp"
#include "fallback/wire_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

// AttemptRun, from the first request to the last answer.
namespace limn {

namespace {

// Some gateways leave the line open after the last event. Usage figures may still come, so not at
// once.
constexpr std::chrono::milliseconds k_last_words{3'000};

// Between two tries of a request that costs nothing.
constexpr std::chrono::milliseconds k_shortest_pause{500};
constexpr std::chrono::milliseconds k_longest_pause{5'000};

std::string in_quotes(std::string_view name)
{
  return '"' + std::string(name) + '"';
}

} // namespace

AttemptRun::AttemptRun(Transport& transport, AttemptOrder order,
                       std::function<void(AttemptResult)> done)
  : m_transport(transport), m_order(std::move(order)), m_done(std::move(done)),
    m_intake(transport, *m_order.store, *m_order.gateway,
             {m_order.job.prompt, m_order.gateway->name, m_order.model, m_order.first_number},
             m_order.timeout,
             static_cast<std::size_t>(std::max(m_order.limits.max_images, m_order.job.count)),
             m_order.on_image,
             [this] {
               if (m_is_over) {
                 conclude();
               } else if (m_transfer != 0 && has_all_images()) {
                 end_response_soon();
               }
             }),
    m_charge(m_order.late_error), m_deadline(Clock::now() + m_order.timeout)
{
}

AttemptRun::~AttemptRun()
{
  m_transport.drop(m_transfer);
}

void AttemptRun::start()
{
  if (m_order.provider->is_isolated()) {
    m_redactor.emplace();
    m_redactor->add(m_order.gateway->key);
    for (const auto& header : m_order.gateway->headers) {
      m_redactor->add(Secret(header.second)); // often a second credential
    }
  }
  const GatewayView gateway{m_order.gateway->name, m_order.gateway->base_url, m_order.model,
                            &m_order.gateway->settings};
  auto dialogue = m_order.provider->open(m_order.job, gateway, m_order.dropped);
  if (!dialogue) {
    fail_with(dialogue.error());
    conclude();
    return;
  }
  m_dialogue.emplace(std::move(*dialogue));
  pump();
}

void AttemptRun::cancel()
{
  m_transport.drop(std::exchange(m_transfer, 0));
  Failure cancelled(FailureClass::cancelled, "interrupted");
  if (const auto urls = m_intake.stop_downloads(); !urls.empty()) {
    cancelled.message += fmt::format("; drawn but not fetched yet: {}", fmt::join(urls, " "));
    cancelled.hint = "fetch it by hand soon, such addresses live an hour or less";
  }
  m_failure = std::move(cancelled); // over any other: nothing may follow
  conclude();
}

// Asks the provider what comes next, and does it.
void AttemptRun::pump()
{
  auto step = m_dialogue->next();
  if (!step) {
    m_has_ended = true;
    fail_with(step.error());
    conclude();
    return;
  }
  if (std::holds_alternative<FinishStep>(*step)) {
    m_has_ended = true;
    conclude();
    return;
  }
  if (time_left() <= std::chrono::milliseconds(0)) {
    fail_with(timed_out());
    conclude();
    return;
  }
  if (const auto* to_send = std::get_if<SendStep>(&*step)) {
    send(to_send->request);
    return;
  }
  wait(std::get<WaitStep>(*step).time);
}

void AttemptRun::wait(std::chrono::milliseconds time)
{
  m_transport.after(std::min(time, time_left()), [this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired() && !m_is_over) {
      pump();
    }
  });
}

void AttemptRun::send(const ProviderRequest& request)
{
  auto wire = wire_request(request, *m_order.gateway, m_order.job.inputs,
                           std::max(time_left(), std::chrono::milliseconds(1)));
  if (!wire) {
    fail_with(wire.error());
    conclude();
    return;
  }
  if (request.billable && m_order.may_spend) {
    if (auto may = m_order.may_spend(); !may) {
      fail_with(std::move(may.error()));
      conclude();
      return;
    }
  }
  m_is_billable = request.billable;
  m_was_told = false;
  m_free_request = request.billable ? std::nullopt : std::optional(request);
  if (request.billable) {
    m_charge.billable_was_sent(Clock::now());
    m_sent_texts.clear();
    for (const auto& part : request.parts) {
      m_sent_texts.push_back(request.multipart ? in_quotes(part.name) : part.text);
    }
  }
  m_result.http_status = 0;
  m_transfer = m_transport.start(std::move(*wire), *this);
}

void AttemptRun::head(int status, const Pairs& headers)
{
  m_result.http_status = status;
  m_headers = headers;
  if (auto id = request_id(headers); !id.empty()) {
    m_result.request_id = std::move(id);
  }
  m_stream = std::make_unique<MessageStream>(static_cast<MessageSink&>(*this), m_order.limits);
  if (m_is_billable && m_order.on_headers) {
    m_order.on_headers(headers);
  }
  if (m_is_billable) {
    tell_head();
  }
}

// Of a request that may be sent again the dialogue hears nothing before there is a message: most
// answers that break do so in the middle of an image.
bool AttemptRun::tell_head()
{
  return std::exchange(m_was_told, true)
         || deliver({LIMN_EVENT_HEAD, m_result.http_status, &m_headers});
}

bool AttemptRun::body(std::string_view piece)
{
  if (has_failed()) {
    return false;
  }
  check(m_stream->feed(piece));
  return !has_failed();
}

// Fails where the answer holds a message that goes over a limit.
void AttemptRun::check(MessageStream::State state)
{
  using State = MessageStream::State;
  if ((state != State::too_large && state != State::too_deep) || has_all_images()) {
    return;
  }
  const bool is_large = state == State::too_large;
  const auto& limits = m_order.limits;
  const auto most = is_large ? "larger than " + byte_size_text(limits.max_message_size)
                             : fmt::format("of more than {} levels", limits.max_json_depth);
  const std::string name = is_large ? "max_message_size" : "max_json_depth";
  fail_with(failure_of({TransferFailure::Kind::limit,
                        fmt::format("the answer holds a message {} (limits.{})", most, name),
                        how_to_raise(name), true}));
}

bool AttemptRun::message(const Message& message)
{
  ResponseEvent event{LIMN_EVENT_MESSAGE, m_result.http_status, &m_headers};
  event.format = message.format == Message::Format::json ? LIMN_FORMAT_JSON : LIMN_FORMAT_TEXT;
  event.content = message.content;
  event.event_name = message.event_name;
  const bool goes_on = tell_head() && deliver(event);
  m_intake.end_message(message.format);
  if (m_result.http_status / 100 == 2 && m_intake.has_any_picture()) {
    m_charge.picture_came(); // also where the provider saw nothing but an error
  }
  if (goes_on && has_all_images()) {
    end_response_soon();
  }
  return goes_on;
}

void AttemptRun::end_response(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  if (has_failed()) { // the provider, or the disk, had enough of it
    conclude();
    return;
  }
  if (m_stream) {
    // A response that limn ended itself is as one that broke: what is pending may be half of
    // something.
    check(m_stream->finish(failure || m_is_ending ? MessageStream::Ending::broken
                                                  : MessageStream::Ending::complete));
  }
  if (failure && !has_all_images() && !has_failed()) {
    if (send_again(*failure)) {
      return;
    }
    fail_with(failure_of(*failure));
  }
  if (has_failed() || !tell_head()
      || !deliver({LIMN_EVENT_END, m_result.http_status, &m_headers})) {
    conclude();
    return;
  }
  m_pause = {};
  if (m_is_billable && m_result.http_status / 100 == 2) {
    m_charge.billable_was_accepted();
  }
  m_stream.reset();
  pump();
}

// A question about a drawing that is under way is asked again: the connection says nothing of what
// was paid for. False if this is no such failure.
bool AttemptRun::send_again(const TransferFailure& failure)
{
  using Kind = TransferFailure::Kind;
  const bool is_of_connection = failure.kind == Kind::unreachable || failure.kind == Kind::cut
                                || failure.kind == Kind::timed_out;
  if (!m_free_request || m_was_told || !m_charge.was_sent() || !is_of_connection) {
    return false;
  }
  m_intake.end_message(Message::Format::json); // what came of an image is held
  m_stream.reset();
  const auto left = std::max(time_left(), std::chrono::milliseconds(0));
  if (left.count() > 0) { // else it is the end of the attempt that broke it
    m_state = failure.message;
  }
  m_pause = std::clamp(m_pause * 2, k_shortest_pause, k_longest_pause);
  m_transport.after(std::min(m_pause, left), [this, alive = std::weak_ptr(m_alive)] {
    if (alive.expired() || m_is_over) {
      return;
    }
    if (time_left() <= std::chrono::milliseconds(0)) {
      fail_with(timed_out());
      conclude();
      return;
    }
    send(ProviderRequest(*m_free_request));
  });
  return true;
}

void AttemptRun::end_response_soon()
{
  if (std::exchange(m_is_ending, true)) {
    return;
  }
  m_transport.after(k_last_words, [this, alive = std::weak_ptr(m_alive), transfer = m_transfer] {
    if (alive.expired() || m_transfer != transfer || transfer == 0) {
      return;
    }
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
    return m_dialogue->receive(event, *this);
  }
  Pairs headers;
  for (const auto& [name, value] : *event.headers) {
    headers.emplace_back(name, m_redactor->redact_known(value));
  }
  const auto content = m_redactor->redact_known(event.content);
  const auto event_name = m_redactor->redact_known(event.event_name);
  auto told = event;
  told.headers = &headers;
  told.content = content;
  told.event_name = event_name;
  return m_dialogue->receive(told, *this);
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

std::chrono::milliseconds AttemptRun::time_left() const
{
  return std::chrono::ceil<std::chrono::milliseconds>(m_deadline - Clock::now());
}

// Gateways complain of parameters that nobody sent; some echo other text there.
bool AttemptRun::was_sent(std::string_view parameter) const
{
  const auto name = in_quotes(parameter.substr(parameter.rfind('.') + 1));
  return std::any_of(m_sent_texts.begin(), m_sent_texts.end(), [&name](const std::string& text) {
    return text.find(name) != std::string::npos;
  });
}

} // namespace limn
