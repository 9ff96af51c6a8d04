#include "submit_poll/submit_poll.hpp"

#include "common/answer_reading.hpp"
#include "common/gateway_job.hpp"
#include "common/responses_request.hpp"
#include "common/settings.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace limn::submit_poll {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view k_name = "submit_poll";

// No gateway has longer ones; what is longer is something else.
constexpr std::size_t k_longest_id = 512;

enum class Protocol { responses, sdcpp };

struct Manner {
  Protocol protocol = Protocol::responses;
  std::string host_model;
  Pace pace;
};

Protocol protocol_of(std::string_view setting)
{
  if (setting == "responses") {
    return Protocol::responses;
  }
  if (setting == "sdcpp") {
    return Protocol::sdcpp;
  }
  plugins::throw_bad_value(k_name, "protocol", "responses or sdcpp", setting);
}

milliseconds seconds_of(std::string_view key, std::string_view setting)
{
  double seconds = 0;
  const auto* end = setting.data() + setting.size();
  const auto read = std::from_chars(setting.data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end || !(seconds >= 0.01) || seconds > 3600) {
    plugins::throw_bad_value(k_name, key, "a number of seconds, 0.01 to 3600", setting);
  }
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

template <typename Setting>
Manner manner_of(Setting&& setting)
{
  Manner manner{protocol_of(setting("protocol", "responses")),
                setting("host_model", plugins::k_default_host_model),
                {seconds_of("poll_shortest", setting("poll_shortest", "0.5")),
                 seconds_of("poll_longest", setting("poll_longest", "5"))}};
  if (manner.pace.shortest > manner.pace.longest) {
    throw sdk::Failure(LIMN_SETTINGS, "submit_poll: poll_shortest is longer than poll_longest");
  }
  return manner;
}

} // namespace

JobDialogue::JobDialogue(sdk::Host host, std::unique_ptr<Dialect> dialect, Pace pace)
  : m_host(host), m_dialect(std::move(dialect)), m_pace(pace), m_wait(pace.shortest)
{
}

sdk::Step JobDialogue::next()
{
  if (m_is_over) {
    return sdk::Finish{};
  }
  m_dialect->begin_answer();
  m_is_pending = false;
  m_has_trouble = false;
  if (!std::exchange(m_was_submitted, true)) {
    return sdk::Send{m_dialect->submit()};
  }
  if (!m_has_waited) {
    m_has_waited = true;
    const auto wait = std::max(m_wait, std::exchange(m_asked_wait, milliseconds(0)));
    m_wait = std::min(m_wait * 3 / 2, m_pace.longest);
    return sdk::Wait{wait};
  }
  m_has_waited = false;
  sdk::Request question;
  question.method = "GET";
  question.path = m_dialect->job_path(m_id);
  question.headers = {{"Accept", "application/json"}};
  return sdk::Send{std::move(question)};
}

std::optional<sdk::Request> JobDialogue::cancel()
{
  if (m_is_over || m_id.empty()) {
    return std::nullopt;
  }
  return sdk::Request::json(m_dialect->job_path(m_id) + "/cancel", "{}");
}

void JobDialogue::receive(const sdk::Event& event, sdk::Results& results)
{
  if (event.kind == LIMN_EVENT_MESSAGE) {
    read(event, results);
  } else if (event.kind == LIMN_EVENT_END) {
    end_answer(event, results);
  }
}

void JobDialogue::read(const sdk::Event& event, sdk::Results& results)
{
  throw_if_gone(event);
  if (is_passing_trouble(event)) {
    note_trouble(event, results);
    return;
  }
  const auto message = event.format == LIMN_FORMAT_JSON
                         ? plugins::parse_json(sdk::from_abi(event.content))
                         : plugins::JsonDocument();
  const auto state = m_dialect->state_of(message);
  if (plugins::is_success(event) && !state.id.empty()) {
    accept(state);
  }
  if (plugins::is_success(event) && !state.words.empty()) { // events say nothing of it in between
    m_is_pending = state.is_pending;
  }
  if (plugins::is_success(event) && state.is_pending) {
    results.note("state", plugins::shortened(state.words));
    m_asked_wait = plugins::retry_after(event);
  }
  m_dialect->read(event, message, results);
}

void JobDialogue::end_answer(const sdk::Event& event, sdk::Results& results)
{
  if (m_dialect->has_image()) {
    m_is_over = true;
    return;
  }
  throw_if_gone(event);
  const bool is_silent = !m_id.empty() && is_passing_trouble(event);
  if (is_silent && !m_has_trouble) {
    note_trouble(event, results);
  }
  if (m_has_trouble) {
    return;
  }
  if (m_is_pending && m_id.empty()) {
    throw sdk::Failure(LIMN_OUTCOME_UNKNOWN, "the gateway took the job, but gave it no usable id",
                       "the image may be drawn and charged for");
  }
  if (!m_is_pending) {
    m_dialect->judge_end(event);
  }
}

// The id that the gateway gave at first stays: what an answer says later is not where it was asked.
void JobDialogue::accept(const JobState& state)
{
  const bool is_segment =
    state.id.size() <= k_longest_id && state.id.find_first_not_of('.') != std::string::npos;
  if (m_id.empty() && is_segment) {
    m_id = plugins::percent_encoded(state.id);
  }
}

// Of an answer about a job that was taken: it says nothing of the job itself, only of whoever
// stands before it. A proxy's page may come with any status.
bool JobDialogue::is_passing_trouble(const sdk::Event& event) const
{
  if (m_id.empty() || m_is_pending) {
    return false;
  }
  const auto status = event.http_status;
  const bool is_page = event.kind == LIMN_EVENT_MESSAGE && event.format != LIMN_FORMAT_JSON
                       && !plugins::is_end_marker(sdk::from_abi(event.content));
  return status >= 500 || status == 429 || status == 408 || status == 425
         || (plugins::is_success(event) && is_page);
}

void JobDialogue::note_trouble(const sdk::Event& event, sdk::Results& results)
{
  m_has_trouble = true;
  auto words = "HTTP " + std::to_string(event.http_status);
  try {
    m_host.throw_if_failure(event);
    m_asked_wait = plugins::retry_after(event);
  } catch (const sdk::Failure& failure) {
    words += ": " + plugins::shortened(failure.message);
    m_asked_wait = failure.retry_after.value_or(plugins::retry_after(event));
  }
  results.note("state", words);
}

void JobDialogue::throw_if_gone(const sdk::Event& event) const
{
  if (!m_id.empty() && (event.http_status == 404 || event.http_status == 410)) {
    throw sdk::Failure(LIMN_OUTCOME_UNKNOWN,
                       "the gateway took the job, and does not know it any more (HTTP "
                         + std::to_string(event.http_status) + ")",
                       "The image may have been drawn and charged for.");
  }
}

SubmitPoll::SubmitPoll(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_settings(settings)
{
  plugins::refuse_unknown(settings, k_name,
                          {"protocol", "host_model", "poll_shortest", "poll_longest"});
  manner_of([&](std::string_view key, std::string_view fallback) {
    return settings.get_or(key, fallback);
  });
}

sdk::Capabilities SubmitPoll::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK, 1};
}

// Whoever draws without a graphics card takes longer than anybody waits for a service. A protocol
// that there is not is told by `open`.
sdk::Terms SubmitPoll::terms(const sdk::Gateway& gateway) const
{
  sdk::Terms terms;
  if (gateway.setting("protocol").value_or(m_settings.get_or("protocol", "")) == "sdcpp") {
    terms.longest_attempt = std::chrono::hours(1);
  }
  return terms;
}

std::unique_ptr<JobDialogue> SubmitPoll::open(const sdk::Job& job, const sdk::Gateway& gateway)
{
  const auto manner = manner_of([&](std::string_view key, std::string_view fallback) {
    return gateway.setting(key).value_or(m_settings.get_or(key, fallback));
  });
  auto dialect = manner.protocol == Protocol::sdcpp
                   ? sdcpp_jobs(m_host, job)
                   : responses_jobs(m_host, job, gateway, manner.host_model);
  return std::make_unique<JobDialogue>(m_host, std::move(dialect), manner.pace);
}

} // namespace limn::submit_poll
