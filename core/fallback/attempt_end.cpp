#include "codec/classify.hpp"
#include "codec/failure_texts.hpp"
#include "fallback/attempt_run.hpp"
#include "fallback/policy.hpp"
#include "output/kept.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

// AttemptRun, from what went wrong to what is told of it.
namespace limn {

namespace {

constexpr std::string_view k_maybe_charged = "the image may have been drawn and charged";

std::string raise_timeout(const Gateway& gateway)
{
  return fmt::format("Raise --timeout (or timeout {}in limn.yaml), and look at the gateway's usage "
                     "page before you ask again.",
                     gateway.timeout ? "of " + gateway.name + " " : "");
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
    failure.request_was_sent && (m_is_billable || (is_limit && m_charge.was_sent()));
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
    if (auto told = classify({m_result.http_status, &m_headers, {}}, *m_order.words,
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
  if (failure && has_all_images()) {
    m_result.afterwards = failure->message;
    return std::nullopt;
  }
  if (!failure && m_intake.images().empty()) {
    failure = classify({m_result.http_status, &m_headers, {}}, *m_order.words,
                       std::chrono::system_clock::now());
    if (!failure) {
      failure = Failure(FailureClass::no_image, "the gateway answered without an image");
    }
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
  if (const auto sign =
        m_charge.sign_of_drawing(failure->failure_class, m_result.http_status, Clock::now());
      !sign.empty()) {
    failure->message = fmt::format("{}: {}; {}", sign, failure->message, k_maybe_charged);
    failure->hint.clear();
    failure->failure_class = FailureClass::outcome_unknown;
  }
  if (failure->hint.empty()) {
    failure->hint = default_hint(failure->failure_class);
  }
  if (const auto kept = m_intake.keep_what_arrived(); !kept.empty()) {
    tell_kept(*failure, kept);
  }
  return failure;
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

void AttemptRun::conclude()
{
  m_is_over = true;
  if (tells_gateway_to_stop() || m_intake.is_downloading()) {
    return; // comes back here
  }
  m_dialogue.reset();
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
