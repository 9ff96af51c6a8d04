#include "chat_completions/chat_completions.hpp"

#include "common/answer_reading.hpp"
#include "common/settings.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace limn::chat_completions {

using plugins::Json;
using plugins::member;
using plugins::text_of;

namespace {

constexpr std::string_view k_name = "chat_completions";

std::vector<std::string> modalities_of(std::string_view setting)
{
  if (setting == "image,text" || setting == "image, text") {
    return {"image", "text"};
  }
  if (setting == "image") {
    return {"image"};
  }
  if (setting == "none") {
    return {};
  }
  plugins::throw_bad_value(k_name, "modalities", "\"image,text\", image or none", setting);
}

bool sends_image_config(std::string_view setting)
{
  if (setting != "auto" && setting != "none") {
    plugins::throw_bad_value(k_name, "image_config", "auto or none", setting);
  }
  return setting == "auto";
}

template <typename Setting>
Manner manner_of(Setting&& setting)
{
  return {modalities_of(setting("modalities", "image,text")),
          sends_image_config(setting("image_config", "auto")),
          plugins::is_on(k_name, "stream", setting("stream", "false"))};
}

std::string number_text(const Json& value)
{
  char text[32];
  const auto end = value.IsInt64() ? std::to_chars(text, std::end(text), value.GetInt64())
                                   : std::to_chars(text, std::end(text), value.GetDouble());
  return {text, end.ptr};
}

void report_usage(const Json& message, sdk::Results& results)
{
  const auto* usage = member(&message, "usage");
  if (!usage || !usage->IsObject()) {
    return;
  }
  const auto count = [&](std::initializer_list<std::string_view> path) {
    return plugins::count_of(member(usage, path)).value_or(-1);
  };
  limn_usage told{};
  told.input_text_tokens = count({"prompt_tokens"});
  told.input_image_tokens = -1;
  told.output_text_tokens = count({"completion_tokens"});
  told.output_image_tokens = count({"completion_tokens_details", "image_tokens"});
  if (told.output_image_tokens >= 0 && told.output_text_tokens >= told.output_image_tokens) {
    told.output_text_tokens -= told.output_image_tokens;
  }
  told.total_tokens = count({"total_tokens"});
  results.usage(told);
  if (const auto* cost = member(usage, "cost"); cost && cost->IsNumber()) {
    results.note("cost", number_text(*cost));
  }
}

// Of a choice, or of Gemini's candidate.
std::string_view finish_reason_of(const Json& choice)
{
  return plugins::first_text(&choice, {"finish_reason", "finishReason"});
}

bool is_filtered(std::string_view reason)
{
  return reason == "content_filter" || reason.ends_with("SAFETY") || reason == "PROHIBITED_CONTENT"
         || reason == "BLOCKLIST";
}

} // namespace

ChatDialogue::ChatDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
                           const Manner& manner)
  : m_host(host), m_request(chat_request(job, gateway, manner))
{
}

sdk::Step ChatDialogue::next()
{
  if (m_sent) {
    return sdk::Finish{};
  }
  m_sent = true;
  return sdk::Send{std::move(m_request)};
}

void ChatDialogue::receive(const sdk::Event& event, sdk::Results& results)
{
  if (event.kind == LIMN_EVENT_MESSAGE) {
    read(event, results);
  } else if (event.kind == LIMN_EVENT_END) {
    judge_end(event, results);
  }
}

void ChatDialogue::read(const sdk::Event& event, sdk::Results& results)
{
  const auto content = sdk::from_abi(event.content);
  if (plugins::is_end_marker(content)) {
    m_has_ended = true;
    m_spoken.finish(results);
    return;
  }
  const auto message =
    event.format == LIMN_FORMAT_JSON ? plugins::parse_json(content) : plugins::JsonDocument();
  const auto kind = text_of(member(&message, "object"));
  m_is_stream = m_is_stream || plugins::is_event_stream(event) || kind.ends_with(".chunk");
  if (plugins::is_success(event)) {
    m_is_stream ? read_chunk(message, results) : read_whole(message, results);
    report_usage(message, results);
  } else {
    report(plugins::addresses_beside_refusal(message), results);
  }
  if (image_count() > 0) {
    // An image that came is a success, whatever the status says and whatever follows.
    return;
  }
  m_host.throw_if_failure(event);
  plugins::for_each(member(&message, "choices"), [](const Json& choice) {
    if (const auto* error = member(&choice, "error"); error && !error->IsNull()) {
      plugins::throw_unclassified(choice);
    }
  });
  if (event.format != LIMN_FORMAT_JSON) {
    if (plugins::is_prose(event)) {
      m_words.text += content;
    } else {
      m_may_be_cut = true;
    }
  }
}

void ChatDialogue::read_chunk(const Json& message, sdk::Results& results)
{
  bool has_ended = false;
  for (const auto* list : {"choices", "candidates"}) {
    plugins::for_each(member(&message, list), [&](const Json& choice) {
      const auto* delta = member(&choice, "delta");
      m_spoken.add(text_of(member(delta, "content")), results);
      m_words.refusal += text_of(member(delta, "refusal"));
      const auto reason = finish_reason_of(choice);
      has_ended = has_ended || !reason.empty();
      m_was_filtered = m_was_filtered || is_filtered(reason);
    });
  }
  // Text is one piece of many; what else there is is whole. The last chunk may repeat all of it.
  const auto* choices = member(&message, "choices");
  const auto* first = choices && choices->IsArray() && !choices->Empty() ? &(*choices)[0] : nullptr;
  const auto* delta = member(first, "delta");
  if (delta && !member(first, "message")) {
    std::vector<plugins::FoundImage> images;
    plugins::add_images(member(delta, "images"), images);
    if (const auto* parts = member(delta, "content"); parts && parts->IsArray()) {
      plugins::add_images_in_content(parts, images);
    }
    report(images, results);
  } else if (image_count() == 0) {
    report(plugins::images_in(message), results);
  }
  if (has_ended) {
    m_has_ended = true;
    m_spoken.finish(results);
  }
}

void ChatDialogue::read_whole(const Json& message, sdk::Results& results)
{
  m_has_ended = m_has_ended || !message.IsNull();
  report(plugins::images_in(message), results);
  for (const auto* list : {"choices", "candidates"}) {
    plugins::for_each(member(&message, list), [&](const Json& choice) {
      m_was_filtered = m_was_filtered || is_filtered(finish_reason_of(choice));
    });
  }
  m_was_filtered =
    m_was_filtered || !text_of(member(&message, {"promptFeedback", "blockReason"})).empty();
  if (image_count() == 0) {
    m_words = plugins::words_in(message);
  }
}

void ChatDialogue::report(const std::vector<plugins::FoundImage>& images, sdk::Results& results)
{
  for (const auto& image : images) {
    results.image(image.content, image.revised_prompt);
    ++m_image_count;
  }
}

void ChatDialogue::judge_end(const sdk::Event& event, sdk::Results& results)
{
  if (plugins::is_success(event)) {
    m_spoken.finish(results);
  }
  if (image_count() > 0) {
    return;
  }
  if (!plugins::is_success(event)) {
    m_host.throw_if_failure(event);
    throw sdk::Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
  }
  if (m_spoken.has_lost_image()) {
    throw sdk::Failure(
      LIMN_BAD_IMAGE,
      "the image came in pieces that do not fit together, over many events of a stream",
      "ask without streaming: stream: false in the settings of chat_completions");
  }
  if (m_words.text.empty()) {
    m_words.text = m_spoken.words();
  }
  if (m_was_filtered) {
    throw sdk::Failure(LIMN_CONTENT,
                       m_words.text.empty()
                         ? "the gateway held the image back for its content"
                         : "the gateway held the image back: " + plugins::shortened(m_words.text),
                       "say it differently: a refusal is never taken to another gateway");
  }
  if ((m_may_be_cut || m_is_stream) && !m_has_ended) {
    plugins::throw_cut_answer();
  }
  plugins::throw_no_image(m_words);
}

ChatCompletions::ChatCompletions(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_settings(settings)
{
  plugins::refuse_unknown(settings, k_name, {"stream", "modalities", "image_config"});
  manner_of([&](std::string_view key, std::string_view fallback) {
    return settings.get_or(key, fallback);
  });
}

sdk::Capabilities ChatCompletions::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT, 1};
}

std::unique_ptr<ChatDialogue> ChatCompletions::open(const sdk::Job& job,
                                                    const sdk::Gateway& gateway)
{
  const auto manner = manner_of([&](std::string_view key, std::string_view fallback) {
    return gateway.setting(key).value_or(m_settings.get_or(key, fallback));
  });
  return std::make_unique<ChatDialogue>(m_host, job, gateway, manner);
}

} // namespace limn::chat_completions
