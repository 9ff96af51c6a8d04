// Dialogues of a single request: what two kinds of providers would otherwise write themselves.
#pragma once

#include <limn/sdk/host.hpp>
#include <limn/sdk/message.hpp>

#include <memory>

namespace limn::sdk {

// --- Interface ---

// A dialogue that sends one request and reads its answer. Derive from it where a message must be
// read with what came before it in mind; else `build` and `read` of a provider are all it takes.
class OneRequestDialogue
{
public:
  virtual ~OneRequestDialogue() = default;

  Step next();
  void receive(const Event& event, Results& results);

protected:
  explicit OneRequestDialogue(Request request) : m_request(std::move(request)) {}

private:
  // Each message of the answer.
  virtual void read(const Event& message, Results& results) = 0;
  // The answer is over: throw if it was not what it had to be.
  virtual void end(const Event& event) = 0;

  Request m_request;
  bool m_is_sent = false;
};

// --- Implementation ---

inline Step OneRequestDialogue::next()
{
  if (m_is_sent) {
    return Finish{};
  }
  m_is_sent = true;
  return Send{std::move(m_request)};
}

inline void OneRequestDialogue::receive(const Event& event, Results& results)
{
  if (event.kind == LIMN_EVENT_MESSAGE) {
    read(event, results);
  } else if (event.kind == LIMN_EVENT_END) {
    end(event);
  }
}

namespace detail {

// For a success without an image.
inline Failure no_image(std::string_view words, std::string_view refusal)
{
  if (!refusal.empty()) {
    return Failure(LIMN_CONTENT, "the model declined: " + shortened(refusal),
                   "say it differently: a refusal is never taken to another gateway");
  }
  if (!words.empty()) {
    return Failure(LIMN_NO_IMAGE, "the answer is text instead of an image: " + shortened(words));
  }
  return Failure(LIMN_NO_IMAGE, "the answer is a success, but holds no image");
}

// For an answer that ended before its image.
inline Failure cut_answer()
{
  return Failure(LIMN_OUTCOME_UNKNOWN, "the answer ended before the image came",
                 "the image may have been drawn and charged for");
}

// The dialogue of a provider that has `build` and `read`: what is the same for all of them.
class ReadingDialogue : public OneRequestDialogue
{
protected:
  ReadingDialogue(Host host, Request request) : OneRequestDialogue(std::move(request)), m_host(host)
  {
  }

private:
  virtual Answer read_message(const Message& message) = 0;

  void read(const Event& event, Results& results) final;
  void end(const Event& event) final;
  void take(const Answer& answer, Results& results);

  Host m_host;
  int m_image_count = 0;
  bool m_may_be_cut = false; // what came so far does not say by itself that it is whole
  bool m_is_ended = false;   // the stream said that it is over
  std::string m_words;
  std::string m_refusal;
};

inline void ReadingDialogue::read(const Event& event, Results& results)
{
  const Message message(event);
  if (message.is_end_marker()) {
    m_is_ended = true;
    return;
  }
  const auto failure = m_host.failure_in(event);
  const bool is_cut = !message.is_json() && !message.is_prose();
  const bool is_event = message.is_event_stream() || !message.event_name().empty();
  if (message.is_success() && (!is_cut || is_event)) {
    try {
      take(read_message(message), results);
    } catch (const std::exception& error) {
      // An image that came is there and paid for, and what the host knows of an error is better.
      if (m_image_count == 0 && !failure) {
        throw;
      }
      m_host.log(LIMN_LOG_DEBUG, error.what());
    }
  }
  if (m_image_count > 0) {
    if (failure) {
      m_host.log(LIMN_LOG_DEBUG, "after the image came: " + failure->message);
    }
    return;
  }
  if (failure) {
    throw *failure;
  }
  m_may_be_cut = m_may_be_cut || is_cut || is_event;
  if (message.is_success() && message.is_prose() && m_words.empty()) {
    m_words = shortened(message.content());
  }
}

inline void ReadingDialogue::take(const Answer& answer, Results& results)
{
  const auto add = [](std::string& text, std::string_view more) {
    constexpr size_t k_max_words = 4096; // nobody reads more of them in a message
    text += more.substr(0, k_max_words - std::min(size_t{k_max_words}, text.size()));
  };
  for (const auto& image : answer.images) {
    results.image(image.content, image.revised_prompt);
    ++m_image_count;
  }
  for (const auto& partial : answer.partials) {
    results.partial(partial.content, partial.index);
  }
  if (const auto& usage = answer.usage) {
    results.usage({0, 0, usage->input_text_tokens, usage->input_image_tokens,
                   usage->output_text_tokens, usage->output_image_tokens, usage->total_tokens});
  }
  for (const auto& [key, value] : answer.notes) {
    results.note(key, value);
  }
  add(m_words, answer.words);
  add(m_refusal, answer.refusal);
}

inline void ReadingDialogue::end(const Event& event)
{
  if (m_image_count > 0) {
    return;
  }
  if (!Message(event).is_success()) { // and no message said more
    m_host.throw_if_failure(event);
    throw Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
  }
  const bool is_silent = m_words.empty() && m_refusal.empty();
  if (is_silent && !m_is_ended && (m_may_be_cut || Message(event).is_event_stream())) {
    throw cut_answer();
  }
  throw no_image(m_words, m_refusal);
}

} // namespace detail

} // namespace limn::sdk
