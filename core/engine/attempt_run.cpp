#include "engine/attempt_run.hpp"

#include "engine/wire_request.hpp"
#include "failure/classify.hpp"
#include "model/gateway_secrets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

// AttemptRun, from one request to the next.
namespace limn {

namespace {

// After so long a connection is one that may never come.
constexpr std::chrono::milliseconds k_connecting{1'000};

// Between two tries of a request that costs nothing.
constexpr std::chrono::milliseconds k_shortest_pause{500};
constexpr std::chrono::milliseconds k_longest_pause{5'000};

std::string in_quotes(std::string_view name)
{
  return '"' + std::string(name) + '"';
}

} // namespace

AttemptRun::AttemptRun(HttpClient& transport, DiskThread& disk, AttemptOrder order,
                       std::function<void(AttemptResult)> done)
  : m_transport(transport), m_order(std::move(order)), m_done(std::move(done)),
    m_intake(transport, disk, *m_order.sink, *m_order.gateway,
             {m_order.job.prompt, m_order.gateway->name, m_order.model, m_order.first_number},
             m_order.job.inputs, m_order.timeout,
             static_cast<std::size_t>(std::max(m_order.limits.max_images, m_order.job.count)),
             m_order.note_image, m_order.on_image,
             [this] {
               if (m_is_over) {
                 conclude();
               } else if (m_exchange.transfer != 0 && (has_all_images() || m_intake.failure())) {
                 end_response_soon();
               }
             }),
    m_charge(m_order.late_error), m_deadline(m_transport.loop().now() + m_order.timeout),
    m_answer(m_order.limits.max_message_size)
{
}

AttemptRun::~AttemptRun()
{
  m_transport.drop(m_exchange.transfer);
}

void AttemptRun::start()
{
  if (m_order.provider->is_isolated()) {
    m_redactor.emplace();
    add_secrets(*m_redactor, *m_order.gateway);
    m_redactor->add_public(m_order.model);
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
  if (std::exchange(m_is_cancelled, true)) {
    return; // what it told of downloads stands
  }
  m_transport.drop(std::exchange(m_exchange.transfer, 0));
  end_messages(MessageStream::Ending::broken);
  tell_held_back();
  Failure cancelled(FailureClass::cancelled, "interrupted");
  if (!m_state.empty()) { // the id of a job, which may be paid for
    cancelled.message += "; last heard: " + m_state;
  }
  if (const auto urls = m_intake.stop_downloads(); !urls.empty()) {
    cancelled.message += fmt::format("; drawn but not fetched yet: {}", fmt::join(urls, " "));
    cancelled.hint = "fetch it by hand soon, such addresses live an hour or less";
  }
  m_intake.stop_deliveries();
  m_failure = std::move(cancelled); // over any other: nothing may follow
  conclude();
}

bool AttemptRun::finishes_what_may_be_charged()
{
  // What is on its way to the wire counts as sent; what still waits for a connection is taken back.
  const bool is_unsent = m_exchange.is_billable && m_billable_requests == 1
                         && m_exchange.transfer != 0
                         && m_transport.loop().now() - m_billable_begin > k_connecting
                         && !m_transport.may_have_been_sent(m_exchange.transfer);
  if (is_unsent) {
    m_charge = Charge(m_order.late_error);
  }
  m_sends_no_more = m_charge.was_sent();
  return m_sends_no_more;
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
  m_pump = m_transport.loop().after(std::min(time, time_left()), [this] {
    if (!m_is_over) {
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
  if (request.billable && has_failed()) { // an image could not be saved meanwhile
    conclude();
    return;
  }
  if (request.billable && m_sends_no_more) {
    fail_with({FailureClass::cancelled, "interrupted: nothing more is asked for"});
    conclude();
    return;
  }
  if (request.billable && m_order.may_spend) {
    ask_to_spend(request, std::move(*wire));
  } else {
    put_on_wire(request, std::move(*wire));
  }
}

void AttemptRun::ask_to_spend(const ProviderRequest& request, HttpRequest wire)
{
  m_asking = std::make_shared<Asking>(Asking{request, std::move(wire)});
  const std::weak_ptr asked = m_asking;
  m_order.may_spend([this, asked](Done may) {
    const auto asking = asked.lock();
    if (!asking || asking != m_asking) {
      return; // too late, or once more
    }
    m_asking.reset();
    m_pump.cancel();
    if (may && m_sends_no_more) {
      may = fail(FailureClass::cancelled, "interrupted: nothing more is asked for");
    } else if (may && time_left() <= std::chrono::milliseconds(0)) {
      may = fail(timed_out());
    }
    if (!may) {
      fail_with(std::move(may.error()));
      conclude();
      return;
    }
    asking->wire.timeout = time_left();
    put_on_wire(asking->request, std::move(asking->wire));
  });
  if (!asked.expired()) { // else the answer came at once, and this may be gone
    m_pump = m_transport.loop().after(time_left(), [this] {
      fail_with(timed_out());
      conclude();
    });
  }
}

void AttemptRun::put_on_wire(const ProviderRequest& request, HttpRequest wire)
{
  m_exchange = {};
  m_exchange.is_billable = request.billable;
  request.billable ? m_answer.begin() : m_answer.begin_question();
  m_free_request = request.billable ? std::nullopt : std::optional(request);
  if (request.billable) {
    ++m_billable_requests;
    m_billable_begin = m_transport.loop().now();
    m_charge.billable_was_sent(m_transport.loop().now());
    m_sent_texts.clear();
    for (const auto& part : request.parts) {
      m_sent_texts.push_back(request.multipart ? in_quotes(part.name) : part.text);
    }
  }
  m_result.http_status = 0;
  m_exchange.transfer = m_transport.start(std::move(wire), *this);
}

// A question about a drawing that is under way is asked again: the connection says nothing of what
// was paid for. False if this is no such failure.
bool AttemptRun::send_again(const TransferFailure& failure)
{
  using Kind = TransferFailure::Kind;
  const bool is_of_connection = failure.kind == Kind::unreachable || failure.kind == Kind::cut
                                || failure.kind == Kind::timed_out;
  if (!m_free_request || m_exchange.was_told || !m_charge.was_sent() || !is_of_connection) {
    return false;
  }
  m_intake.end_message(); // what came of an image is held
  const auto left = std::max(time_left(), std::chrono::milliseconds(0));
  if (left.count() > 0) { // else it is the end of the attempt that broke it
    m_state = failure.message;
  }
  m_pause = std::clamp(m_pause * 2, k_shortest_pause, k_longest_pause);
  m_pump = m_transport.loop().after(std::min(m_pause, left), [this] {
    if (m_is_over) {
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

std::chrono::milliseconds AttemptRun::time_left() const
{
  return std::chrono::ceil<std::chrono::milliseconds>(m_deadline - m_transport.loop().now());
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
