#include "answer/answer_signs.hpp"
#include "base/failure_texts.hpp"
#include "engine/attempt_run.hpp"
#include "engine/policy.hpp"
#include "failure/classify.hpp"
#include "model/gateway_secrets.hpp"
#include "output/kept.hpp"
#include "price/picture_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

// AttemptRun, from what went wrong to what is told of it.
namespace limn {

namespace {

// "{}" and the like.
constexpr std::size_t k_says_nothing = 8;

constexpr std::string_view k_maybe_charged = "the image may have been drawn and charged";

std::string raise_timeout(const Gateway& gateway)
{
  return fmt::format(
    "Raise --timeout (or timeout {}in limn.yaml); if the request was sent, look at "
    "the gateway's usage page before you ask again.",
    gateway.timeout ? "of " + gateway.name + " " : "");
}

// An address that the answer names stays whole, also its token: it may be the only way to what was
// paid for. To look for a key takes many times the room of a text: of a long one so many lines at
// once.
std::string without_known_keys(const Redactor& redactor, std::string_view text)
{
  constexpr std::size_t k_at_once = 128 * 1024;
  std::string redacted;
  while (!text.empty()) {
    const auto end = text.find('\n', std::min(k_at_once, text.size() - 1));
    const auto size = end == std::string_view::npos ? text.size() : end + 1;
    redacted += redactor.redact_known(text.substr(0, size));
    text.remove_prefix(size);
  }
  return redacted;
}

// What came with the images.
std::string said_besides(int http_status, const Failure& failure)
{
  if (http_status / 100 == 2) {
    return failure.message;
  }
  const bool quotes_images = failure.message.find("@limn:") != std::string::npos;
  return fmt::format("HTTP {}{}", http_status, quotes_images ? "" : ": " + failure.message);
}

} // namespace

Failure AttemptRun::timed_out() const
{
  const auto seconds = static_cast<double>(m_order.timeout.count()) / 1000;
  const auto failure_class =
    m_charge.was_sent() ? FailureClass::outcome_unknown : FailureClass::unreachable;
  return {failure_class,
          fmt::format("not done within {:g} s{}{}{}", seconds,
                      m_state.empty() ? "" : "; last heard: " + m_state,
                      m_charge.was_sent() ? "; " : "", m_charge.was_sent() ? k_maybe_charged : ""),
          raise_timeout(*m_order.gateway)};
}

Failure AttemptRun::failure_of(const TransferFailure& failure) const
{
  using Kind = TransferFailure::Kind;
  const bool is_limit = failure.kind == Kind::limit;
  const bool is_unknown =
    failure.request_was_sent && (m_exchange.is_billable || (is_limit && m_charge.was_sent()));
  if (!is_unknown) {
    const auto failure_class = failure.kind == Kind::tls       ? FailureClass::tls
                               : failure.kind == Kind::refused ? FailureClass::settings
                               : is_limit                      ? FailureClass::server
                                                               : FailureClass::unreachable;
    return {failure_class, failure.message, failure.hint};
  }
  // An answer that began with a refusal is one, wherever it was cut. What a broken gateway meant to
  // say of the drawing may be in the part that is missing.
  if (m_result.http_status >= 400 && (m_result.http_status < 500 || is_limit)) {
    if (auto told = classify({m_result.http_status, &m_exchange.headers, {}}, *m_order.words,
                             std::chrono::system_clock::now())) {
      if (is_limit) {
        told->message += "; " + failure.message;
      }
      return std::move(*told);
    }
  }
  auto hint = failure.kind == Kind::timed_out
                ? raise_timeout(*m_order.gateway)
                : std::string(default_hint(FailureClass::outcome_unknown));
  if (is_limit) {
    hint = failure.hint + ", and look at the gateway's usage page before asking again";
  }
  return {FailureClass::outcome_unknown, fmt::format("{}; {}", failure.message, k_maybe_charged),
          std::move(hint)};
}

void AttemptRun::fail_with(Failure failure)
{
  if (!m_failure) {
    m_failure = std::move(failure);
  }
}

// What the attempt ends with, all told. None if all images are there.
std::optional<Failure> AttemptRun::final_failure()
{
  const bool was_cancelled = m_failure && m_failure->failure_class == FailureClass::cancelled;
  auto failure = was_cancelled || !m_intake.failure() ? m_failure : m_intake.failure();
  if (!failure && m_exchange.held_back) {
    failure = m_exchange.held_back->refusal; // the provider had an image, and let it pass
  }
  if (failure && has_all_images()) {
    m_result.afterwards = said_besides(m_result.http_status, *failure);
    return std::nullopt;
  }
  if (!failure && m_intake.images().empty()) {
    failure = classify({m_result.http_status, &m_exchange.headers, {}}, *m_order.words,
                       std::chrono::system_clock::now());
    if (!failure) {
      failure = Failure(FailureClass::no_image, "the gateway answered without an image");
    }
  }
  if (!failure) {
    failure = told_of_missing();
  }
  if (!failure) {
    return std::nullopt;
  }
  if (m_farewell) {
    failure->message += "; " + m_farewell->how_it_went();
    if (was_cancelled) {
      failure->message += fmt::format("; {} all the same", k_maybe_charged);
    }
  }
  // An error that was held back is as late as it came.
  const auto told_at = m_exchange.held_back ? m_exchange.held_back->time : m_transport.loop().now();
  if (const auto sign = m_charge.sign_of_drawing(*failure, m_result.http_status, told_at);
      !sign.empty()) {
    failure->message = fmt::format("{}: {}; {}", sign, failure->message, k_maybe_charged);
    failure->hint.clear();
    failure->failure_class = FailureClass::outcome_unknown;
  }
  if (failure->hint.empty()) {
    failure->hint = default_hint(failure->failure_class);
  }
  keep_what_arrived(*failure);
  return failure;
}

// As the gateway told it, else as it was asked for.
std::string_view AttemptRun::quality() const
{
  for (const auto& [key, value] : m_result.notes) {
    if (key == "quality") {
      return value;
    }
  }
  return m_order.job.quality;
}

// What a gateway that answered with fewer images than were asked for says of the others: they are
// not asked for again, since they may have been drawn.
std::optional<Failure> AttemptRun::told_of_missing() const
{
  const auto came = m_intake.images().size();
  if (came == 0 || came >= static_cast<std::size_t>(m_order.job.count)) {
    return std::nullopt;
  }
  for (const auto message : m_answer.last_messages()) {
    for (const auto& item : items_of(message)) {
      if (auto refusal = classify({m_result.http_status, &m_exchange.headers, item}, *m_order.words,
                                  std::chrono::system_clock::now())) {
        return refusal;
      }
    }
  }
  const auto counted =
    std::max(m_answer.told_count(), counted_images(m_order.model, m_intake.images().front().size,
                                                   quality(), m_result.usage, m_result.previews));
  if (counted <= came) {
    return std::nullopt;
  }
  return Failure(FailureClass::outcome_unknown,
                 fmt::format("the gateway counts {} images, and {} came", counted, came));
}

// Where no picture came of an answer that is paid for, its text says what may be done about it.
void AttemptRun::keep_what_arrived(Failure& failure)
{
  const bool was_accepted =
    m_charge.was_accepted() || (m_charge.was_sent() && m_result.http_status / 100 == 2);
  const bool keeps_answer = was_accepted && m_intake.images().empty()
                            && (failure.failure_class == FailureClass::no_image
                                || failure.failure_class == FailureClass::bad_image
                                || failure.failure_class == FailureClass::outcome_unknown);
  auto kept = m_intake.keep_what_arrived(keeps_answer ? ImageIntake::Others::kept
                                                      : ImageIntake::Others::dropped);
  const bool keeps_text = keeps_answer && kept.empty() && !m_intake.has_seen_image();
  if (keeps_text) {
    if (const auto excerpt = m_answer.excerpt(failure.message); !excerpt.empty()) {
      failure.message += "; " + excerpt;
    }
  }
  const bool keeps_address = m_intake.has_unfetched();
  if (auto path = keeps_text || keeps_address ? kept_text() : std::string(); !path.empty()) {
    if (keeps_address) { // what is told of it is without its token, and gone with the terminal
      failure.message += "; the answer with its address is in " + path;
    } else {
      kept.push_back(std::move(path));
    }
  }
  if (!kept.empty()) {
    tell_kept(failure, kept);
  }
}

// The path of the answer's text, or nothing.
std::string AttemptRun::kept_text()
{
  const auto text = m_answer.whole();
  if (text.size() <= k_says_nothing) {
    return {};
  }
  Redactor redactor;
  add_secrets(redactor, *m_order.gateway);
  return m_intake.keep_text(without_known_keys(redactor, text), m_answer.extension());
}

// True while it is at it: conclude() is called again afterwards.
bool AttemptRun::tells_gateway_to_stop()
{
  if (m_dialogue && !std::exchange(m_has_ended, true) && !has_all_images()) {
    m_farewell = Farewell::begin(m_transport, *m_dialogue, *m_order.gateway, m_order.job.inputs,
                                 [this] { conclude(); });
  }
  return m_farewell && !m_farewell->is_over();
}

// A picture in an answer to a request that may be charged has been paid for, whatever else the
// answer says: a whole one is delivered.
void AttemptRun::take_unclaimed()
{
  m_intake.end_message();
  if (!m_charge.was_sent()) {
    return;
  }
  const auto asked = parse_size(m_order.job.size).value_or(Size());
  if (has_failed() || m_exchange.held_back || m_result.http_status / 100 != 2) {
    m_intake.forget_small(asked);
  }
  m_intake.deliver_unclaimed(static_cast<std::size_t>(m_order.job.count), asked);
  if (m_intake.has_any_picture()) {
    m_charge.drawing_began();
  }
}

void AttemptRun::conclude()
{
  m_is_over = true;
  m_asking.reset();
  if (tells_gateway_to_stop() || m_intake.is_at_work()) {
    return; // comes back here
  }
  m_dialogue.reset();
  if (!std::exchange(m_has_taken_unclaimed, true)) {
    take_unclaimed();
  }
  if (m_intake.is_at_work()) {
    return; // likewise
  }
  m_result.failure = final_failure();
  m_result.images = m_intake.take_images();
  m_result.may_have_cost = m_charge.was_sent()
                           && (!m_result.failure || !m_result.images.empty()
                               || may_have_cost(m_result.failure->failure_class));
  m_result.failed_parameter_was_sent = m_result.failure && was_sent(m_result.failure->param);
  if (const auto done = std::exchange(m_done, nullptr)) {
    done(std::move(m_result)); // may destroy this object
  }
}

} // namespace limn
