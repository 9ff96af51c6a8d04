#include "common/responses_answer.hpp"

#include "common/answer_reading.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace limn::plugins {

namespace {

// Nobody reads more words than this in a message.
constexpr std::size_t k_max_spoken = 4096;

// The response object: the whole message, or what an event carries.
const Json* response_of(const Json& message)
{
  const auto* carried = member(&message, "response");
  return carried && carried->IsObject() ? carried : &message;
}

bool ends_response(std::string_view type)
{
  return type == "response.completed" || type == "response.done" || type == "response.incomplete"
         || type == "response.failed" || type == "response.cancelled";
}

// For what the host's classifier let pass: the response itself says that it failed.
void throw_if_failed(const Json& message, std::string_view type)
{
  const auto* response = response_of(message);
  const auto status = text_of(member(response, "status"));
  const auto reason = text_of(member(response, {"incomplete_details", "reason"}));
  if (type == "response.incomplete" || status == "incomplete") {
    throw sdk::Failure(reason == "content_filter" ? LIMN_CONTENT : LIMN_NO_IMAGE,
                       "the response is incomplete: "
                         + (reason.empty() ? "no reason given" : std::string(reason)));
  }
  const auto* error = member(response, "error");
  if (type == "error" || type == "response.failed" || type == "response.cancelled"
      || status == "failed" || status == "cancelled" || (error && !error->IsNull())) {
    throw_unclassified(message);
  }
}

void report_usage(const Json& response, sdk::Results& results)
{
  const auto* usage = member(&response, "usage");
  if (!usage || !usage->IsObject()) {
    return;
  }
  // These are the chat model's; the tokens of the image are not told on this path.
  const auto count = [&](std::string_view name) {
    return count_of(member(usage, name)).value_or(-1);
  };
  limn_usage told{};
  told.input_text_tokens = count("input_tokens");
  told.input_image_tokens = -1;
  told.output_text_tokens = count("output_tokens");
  told.output_image_tokens = -1;
  told.total_tokens = count("total_tokens");
  results.usage(told);
}

void add_spoken(std::string& text, std::string_view delta)
{
  text += delta.substr(0, k_max_spoken - std::min(k_max_spoken, text.size()));
}

} // namespace

void ResponsesAnswer::read(const sdk::Event& event, sdk::Results& results)
{
  const auto content = sdk::from_abi(event.content);
  if (is_end_marker(content)) {
    return;
  }
  const auto message = event.format == LIMN_FORMAT_JSON ? parse_json(content) : JsonDocument();
  const auto type = type_of(message, event);
  m_may_be_cut = m_may_be_cut || is_event_stream(event) || event.event_name.size > 0
                 || type.starts_with("response.");
  m_response_ended = m_response_ended || ends_response(type);

  if (is_success(event)) {
    if (type.ends_with(".partial_image")) {
      report_preview(message, results);
      return;
    }
    report_images(message, type, results);
    report_usage(*response_of(message), results);
  } else {
    for (const auto& image : addresses_beside_refusal(*response_of(message))) {
      results.image(image.content, image.revised_prompt);
      ++m_image_count;
    }
  }
  if (m_image_count > 0) {
    // An image that came is a success, whatever the status says and whatever follows.
    return;
  }
  m_host.throw_if_failure(event);
  throw_if_failed(message, type);
  if (event.format == LIMN_FORMAT_JSON) {
    remember_words(message, type);
  } else if (is_prose(event)) {
    m_words.text += content;
  } else {
    m_may_be_cut = true;
  }
}

void ResponsesAnswer::report_images(const Json& message, std::string_view type,
                                    sdk::Results& results)
{
  if (type == "response.output_item.done") {
    if (const auto* item = member(&message, "item")) {
      report_item(*item, results);
    }
    return;
  }
  if (type.ends_with(".image_generation_call.completed")) {
    report_item(message, results); // as a rule without bytes
    return;
  }
  const auto* response = response_of(message);
  if (const auto* output = member(response, "output")) {
    for_each(output, [&](const Json& item) {
      // Without an id on both sides there is no telling whether an earlier event brought this one.
      const bool may_be_known = m_reported_without_id || text_of(member(&item, "id")).empty();
      if (m_image_count == 0 || !may_be_known) {
        report_item(item, results);
      }
    });
    const auto model = text_of(member(response, "model"));
    if (m_image_count > 0 && !model.empty()) {
      results.note("host_model", model);
    }
  }
  if (m_image_count > 0) {
    return;
  }
  for (const auto& image : images_in(*response)) {
    results.image(image.content, image.revised_prompt);
    m_reported_without_id = true;
    ++m_image_count;
  }
}

void ResponsesAnswer::report_item(const Json& item, sdk::Results& results)
{
  std::vector<FoundImage> images;
  add_images(member(&item, "result"), images);
  if (images.empty()) {
    return;
  }
  const auto id = first_text(&item, {"id", "item_id"});
  if (id.empty()) {
    m_reported_without_id = true;
  } else if (!m_reported_ids.emplace(id).second) {
    return;
  }
  note_echoes(item, {"size", "quality", "output_format", "background"}, results);
  const auto revised_prompt = text_of(member(&item, "revised_prompt"));
  for (const auto& image : images) {
    results.image(image.content,
                  image.revised_prompt.empty() ? revised_prompt : image.revised_prompt);
    ++m_image_count;
  }
}

void ResponsesAnswer::remember_words(const Json& message, std::string_view type)
{
  if (type == "response.output_text.delta") {
    add_spoken(m_spoken_words.text, text_of(member(&message, "delta")));
    return;
  }
  if (type == "response.refusal.delta") {
    add_spoken(m_spoken_words.refusal, text_of(member(&message, "delta")));
    return;
  }
  if (type == "response.output_item.done") {
    if (const auto* item = member(&message, "item")) {
      add_words_of_item(*item, m_words);
    }
    return;
  }
  // The end of the response repeats the items that came before.
  const bool knows_words = !m_words.text.empty() || !m_words.refusal.empty();
  if (!knows_words && (type.empty() || ends_response(type))) {
    m_words = words_in(*response_of(message));
  }
}

void ResponsesAnswer::judge_end(const sdk::Event& event) const
{
  if (m_image_count > 0) {
    return;
  }
  if (!is_success(event)) {
    m_host.throw_if_failure(event);
    throw sdk::Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
  }
  if (!m_words.text.empty() || !m_words.refusal.empty()) {
    throw_no_image(m_words);
  }
  if ((m_may_be_cut || is_event_stream(event)) && !m_response_ended) {
    throw_cut_answer();
  }
  throw_no_image(m_spoken_words);
}

} // namespace limn::plugins
