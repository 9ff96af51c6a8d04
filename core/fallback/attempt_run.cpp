#include "fallback/attempt_run.hpp"

#include "codec/base64.hpp"
#include "codec/classify.hpp"
#include "fallback/policy.hpp"
#include "fallback/wire_request.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

// Some gateways leave the line open after the last event. Usage figures may still come, so not at
// once.
constexpr std::chrono::milliseconds k_last_words{3'000};

constexpr std::string_view k_maybe_charged = "the image may have been drawn and charged";

bool is_url(std::string_view text)
{
  return text.starts_with("https://") || text.starts_with("http://");
}

// What stands behind "data:image/png;base64,", or the text itself.
std::string_view without_data_prefix(std::string_view text)
{
  const auto comma = text.find(',');
  return text.starts_with("data:") && comma != std::string_view::npos ? text.substr(comma + 1)
                                                                      : text;
}

void add_counted(std::int64_t& sum, std::int64_t more)
{
  if (more >= 0) {
    sum = std::max<std::int64_t>(sum, 0) + more;
  }
}

} // namespace

AttemptRun::AttemptRun(Transport& transport, AttemptOrder order,
                       std::function<void(AttemptResult)> done)
  : m_transport(transport), m_order(std::move(order)), m_done(std::move(done))
{
}

AttemptRun::~AttemptRun()
{
  m_transport.drop(m_transfer);
}

void AttemptRun::start()
{
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
  if (m_transfer != 0) {
    m_transport.drop(std::exchange(m_transfer, 0));
  }
  m_downloads.clear();
  m_open_downloads = 0;
  fail_with({FailureClass::cancelled, "interrupted"});
  conclude();
}

// Asks the provider what comes next, and does it.
void AttemptRun::pump()
{
  auto step = m_dialogue->next();
  if (!step) {
    fail_with(step.error());
    conclude();
    return;
  }
  if (const auto* to_send = std::get_if<SendStep>(&*step)) {
    send(to_send->request);
    return;
  }
  if (const auto* to_wait = std::get_if<WaitStep>(&*step)) {
    m_transport.after(to_wait->time, [this, alive = std::weak_ptr(m_alive)] {
      if (!alive.expired() && !m_is_over) {
        pump();
      }
    });
    return;
  }
  conclude();
}

void AttemptRun::send(const ProviderRequest& request)
{
  auto wire = wire_request(request, *m_order.gateway, m_order.job.inputs, m_order.timeout);
  if (!wire) {
    fail_with(wire.error());
    conclude();
    return;
  }
  m_billable_was_sent = m_billable_was_sent || request.billable;
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
  m_stream = std::make_unique<MessageStream>(static_cast<MessageSink&>(*this));
  deliver({LIMN_EVENT_HEAD, status, &m_headers});
}

bool AttemptRun::body(std::string_view piece)
{
  if (m_result.failure) {
    return false;
  }
  if (m_stream->feed(piece) == MessageStream::State::too_large) {
    fail_with({m_billable_was_sent ? FailureClass::outcome_unknown : FailureClass::server,
               fmt::format("the answer holds a message larger than {} MiB (max_message_size)",
                           MessageStream::k_max_message_size >> 20)});
  }
  return !m_result.failure;
}

void AttemptRun::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  if (m_result.failure) { // the provider, or the disk, had enough of it
    conclude();
    return;
  }
  if (m_stream) {
    // A response that limn ended itself is as one that broke: what is pending may be half of
    // something.
    m_stream->finish(failure || m_is_ending ? MessageStream::Ending::broken
                                            : MessageStream::Ending::complete);
  }
  if (failure && !has_all_images()) {
    if (!m_result.failure) {
      fail_with(failure_of(*failure));
    }
    conclude();
    return;
  }
  if (m_result.failure || !deliver({LIMN_EVENT_END, m_result.http_status, &m_headers})) {
    conclude();
    return;
  }
  m_stream.reset();
  pump();
}

Failure AttemptRun::failure_of(const TransferFailure& failure) const
{
  using Kind = TransferFailure::Kind;
  if (failure.kind == Kind::tls) {
    return {FailureClass::tls, failure.message, failure.hint};
  }
  if (failure.kind == Kind::refused) {
    return {FailureClass::settings, failure.message, failure.hint};
  }
  if (!failure.request_was_sent || !m_billable_was_sent) {
    return {FailureClass::unreachable, failure.message, failure.hint};
  }
  // An answer that began with an error is an error, wherever it was cut.
  if (m_result.http_status >= 400) {
    if (auto told = classify({m_result.http_status, &m_headers, {}}, *m_order.words,
                             std::chrono::system_clock::now())) {
      return std::move(*told);
    }
  }
  return {FailureClass::outcome_unknown, fmt::format("{}; {}", failure.message, k_maybe_charged),
          failure.kind == Kind::timed_out
            ? "raise --timeout (or timeout in limn.yaml), and look at the gateway's usage page "
              "before asking again"
            : std::string(default_hint(FailureClass::outcome_unknown))};
}

// False if that was the end of the dialogue.
bool AttemptRun::deliver(const ResponseEvent& event)
{
  if (auto received = m_dialogue->receive(event, *this); !received) {
    fail_with(received.error());
  }
  return !m_result.failure;
}

bool AttemptRun::message(const Message& message)
{
  ResponseEvent event{LIMN_EVENT_MESSAGE, m_result.http_status, &m_headers};
  event.format = message.format == Message::Format::json ? LIMN_FORMAT_JSON : LIMN_FORMAT_TEXT;
  event.content = message.content;
  event.event_name = message.event_name;
  const bool goes_on = deliver(event);
  for (auto& run : m_runs) {
    // An image that the provider did not recognise was paid for all the same: it is kept until
    // there is a better one.
    if (run.file && inspect_image(*run.file)) {
      m_partial = std::exchange(run.file, std::nullopt);
    }
  }
  m_runs.clear();
  if (goes_on && has_all_images()) {
    end_response_soon();
  }
  return goes_on;
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
    finished(std::nullopt);
  });
}

// --- Images ---

std::string AttemptRun::begin_run()
{
  Run run;
  run.token = fmt::format("@limn:{}", ++m_last_token);
  if (auto file = m_order.store->begin()) {
    run.file.emplace(std::move(*file));
  } else if (!m_result.failure) {
    fail_with(file.error());
  }
  m_runs.push_back(std::move(run));
  return m_runs.back().token;
}

void AttemptRun::bytes(std::span<const std::byte> piece)
{
  if (m_runs.back().file) {
    m_runs.back().file->write(piece);
  }
}

void AttemptRun::end_run(bool)
{
  // Whether the image is whole is told by its own end marker when it is committed: gateways drop
  // padding, and the last line.
}

// The bytes behind what a provider found: lifted, or short enough to have stayed in the message.
std::optional<ImageFile> AttemptRun::take(std::string_view content)
{
  const auto text = without_data_prefix(content);
  for (auto& run : m_runs) {
    if (run.token == text && run.file) {
      return std::exchange(run.file, std::nullopt);
    }
  }
  auto file = m_order.store->begin();
  if (!file) {
    fail_with(file.error());
    return std::nullopt;
  }
  std::vector<std::byte> bytes(Base64Decoder::room_for(text.size()));
  Base64Decoder decoder;
  const auto progress = decoder.feed(text, bytes);
  const auto end = decoder.finish(std::span(bytes).subspan(progress.produced));
  file->write(std::span(bytes).first(progress.produced + end.produced));
  return std::move(*file);
}

void AttemptRun::image(std::string_view content, std::string_view revised_prompt)
{
  if (is_url(content)) {
    download(std::string(content), std::string(revised_prompt));
    return;
  }
  if (auto file = take(content)) {
    commit(std::move(*file), std::string(revised_prompt));
  }
}

void AttemptRun::commit(ImageFile file, std::string revised_prompt)
{
  NameFacts facts;
  facts.prompt = m_order.job.prompt;
  facts.gateway = m_order.gateway->name;
  facts.model = m_order.model;
  facts.time = std::chrono::system_clock::now();
  facts.number = m_order.first_number + static_cast<int>(m_result.images.size());
  auto saved = m_order.store->commit(std::move(file), facts);
  if (!saved) {
    fail_with(saved.error());
    return;
  }
  saved->revised_prompt = std::move(revised_prompt);
  m_result.images.push_back(std::move(*saved));
}

void AttemptRun::download(std::string url, std::string revised_prompt)
{
  ++m_open_downloads;
  m_downloads.push_back(std::make_unique<Download>(
    m_transport, *m_order.store, *m_order.gateway, std::move(url),
    [this, revised_prompt = std::move(revised_prompt)](Result<ImageFile> file) {
      --m_open_downloads;
      if (file) {
        commit(std::move(*file), revised_prompt);
      } else {
        fail_with(file.error());
      }
      if (m_is_over) {
        conclude();
      }
    }));
}

void AttemptRun::partial(std::string_view content)
{
  if (!is_url(content)) {
    m_partial = take(content);
  }
}

void AttemptRun::usage(const Usage& usage)
{
  add_counted(m_result.usage.input_text_tokens, usage.input_text_tokens);
  add_counted(m_result.usage.input_image_tokens, usage.input_image_tokens);
  add_counted(m_result.usage.output_text_tokens, usage.output_text_tokens);
  add_counted(m_result.usage.output_image_tokens, usage.output_image_tokens);
  add_counted(m_result.usage.total_tokens, usage.total_tokens);
}

void AttemptRun::note(std::string_view key, std::string_view value)
{
  if (key == "request_id" && m_result.request_id.empty()) {
    m_result.request_id = value;
  }
  m_result.notes.emplace_back(key, value);
}

// --- The end ---

void AttemptRun::fail_with(Failure failure)
{
  if (!m_result.failure) {
    m_result.failure = std::move(failure);
  }
}

// An image that was cut on the way, a preview, or one that was not recognised: better than nothing
// for the one who paid.
void AttemptRun::keep_what_arrived()
{
  const auto keep = [this](std::optional<ImageFile>& file, std::string_view what) {
    if (!file) {
      return;
    }
    if (const auto kept = m_order.store->recover(std::move(*file))) {
      m_result.failure->message += fmt::format("; {} is in {}", what, kept->string());
    }
    file.reset();
  };
  for (auto& run : m_runs) {
    keep(run.file, "what arrived");
  }
  keep(m_partial, "an image that the answer held");
}

void AttemptRun::conclude()
{
  m_is_over = true;
  if (m_open_downloads > 0) {
    return; // each of them comes back here
  }
  m_dialogue.reset();
  if (m_result.failure && has_all_images()) {
    m_result.notes.emplace_back("after_the_images", m_result.failure->message);
    m_result.failure.reset();
  }
  if (!m_result.failure && m_result.images.empty()) {
    if (auto told = classify({m_result.http_status, &m_headers, {}}, *m_order.words,
                             std::chrono::system_clock::now())) {
      m_result.failure = std::move(told);
    } else {
      m_result.failure = Failure(FailureClass::no_image, "the gateway answered without an image");
    }
  }
  if (m_result.failure) {
    if (m_result.failure->hint.empty()) {
      m_result.failure->hint = default_hint(m_result.failure->failure_class);
    }
    keep_what_arrived();
  }
  m_result.may_have_cost = m_billable_was_sent
                           && (!m_result.failure || !m_result.images.empty()
                               || may_have_cost(m_result.failure->failure_class));
  const auto done = std::move(m_done);
  if (done) {
    done(std::move(m_result)); // may destroy this object
  }
}

} // namespace limn
