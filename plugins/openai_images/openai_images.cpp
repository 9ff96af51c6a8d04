#include "openai_images/openai_images.hpp"

#include "common/answer_reading.hpp"
#include "openai_images/images_request.hpp"

#include <string>
#include <vector>

namespace limn::openai_images {

using plugins::Json;
using plugins::member;

namespace {

// The API's own limit of images for one request.
constexpr uint32_t k_max_count = 10;

bool is_image_event(std::string_view type)
{
  return type.starts_with("image_generation.") || type.starts_with("image_edit.");
}

bool is_error(const Json& message, std::string_view type)
{
  const auto* error = member(&message, "error");
  return type == "error" || type.ends_with(".failed") || (error && !error->IsNull());
}

} // namespace

ImagesDialogue::ImagesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway)
  : OneRequestDialogue(images_request(job, gateway)), m_host(host),
    m_has_inputs(!job.inputs.empty())
{
}

void ImagesDialogue::read(const sdk::Event& event, sdk::Results& results)
{
  const auto content = sdk::from_abi(event.content);
  if (plugins::is_end_marker(content)) {
    return;
  }
  const auto message =
    event.format == LIMN_FORMAT_JSON ? plugins::parse_json(content) : rapidjson::Document();
  const auto type = plugins::type_of(message, event);
  m_may_be_cut = m_may_be_cut || plugins::is_event_stream(event) || event.event_name.size > 0
                 || is_image_event(type);

  if (plugins::is_success(event)) {
    if (type.ends_with(".partial_image")) {
      if (const auto partial = plugins::first_text(&message, {"b64_json", "partial_image_b64"});
          !partial.empty()) {
        results.partial(partial);
      }
      return;
    }
    report_usage(message, results);
    if (report_images(message, type, results)) {
      return;
    }
  }
  if (m_image_count > 0) {
    // The image is there and paid for: no complaint behind it may take it away.
    m_host.log(LIMN_LOG_DEBUG, "after the image came: " + plugins::shortened(content));
    return;
  }
  m_host.throw_if_failure(event);
  if (is_error(message, type)) {
    plugins::throw_unclassified(message);
  }
  if (event.format != LIMN_FORMAT_JSON) {
    if (plugins::is_prose(event)) {
      m_words.text += content;
    } else {
      m_may_be_cut = true;
    }
  } else if (!is_image_event(type)) {
    const auto words = plugins::words_in(message);
    m_words.text += words.text;
    m_words.refusal += words.refusal;
  }
}

bool ImagesDialogue::report_images(const Json& message, std::string_view type,
                                   sdk::Results& results)
{
  auto images = plugins::images_in(message);
  // An event of a stream is the image itself.
  if (images.empty() && (type.ends_with(".completed") || member(&message, "b64_json"))) {
    plugins::add_images(&message, images);
  }
  if (images.empty()) {
    return false;
  }
  plugins::note_echoes(message, {"size", "quality", "output_format", "background", "model"},
                       results);
  for (const auto& image : images) {
    results.image(image.content, image.revised_prompt);
    ++m_image_count;
  }
  return true;
}

void ImagesDialogue::report_usage(const Json& message, sdk::Results& results) const
{
  const auto* usage = member(&message, "usage");
  if (!usage || !usage->IsObject()) {
    return;
  }
  const auto count = [&](std::initializer_list<std::string_view> path) {
    return plugins::count_of(member(usage, path)).value_or(-1);
  };
  limn_usage told{};
  told.input_text_tokens = count({"input_tokens_details", "text_tokens"});
  told.input_image_tokens = count({"input_tokens_details", "image_tokens"});
  told.output_text_tokens = count({"output_tokens_details", "text_tokens"});
  told.output_image_tokens = count({"output_tokens_details", "image_tokens"});
  told.total_tokens = count({"total_tokens"});
  // Without details, the endpoint's nature says what the tokens are: words go in, unless there are
  // pictures too, and pictures come out.
  if (!member(usage, "input_tokens_details") && !m_has_inputs) {
    told.input_text_tokens = count({"input_tokens"});
  }
  if (!member(usage, "output_tokens_details")) {
    told.output_image_tokens = count({"output_tokens"});
  }
  results.usage(told);
}

void ImagesDialogue::end(const sdk::Event& event)
{
  if (m_image_count > 0) {
    return;
  }
  if (!plugins::is_success(event)) {
    m_host.throw_if_failure(event);
    throw sdk::Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
  }
  const bool has_words = !m_words.text.empty() || !m_words.refusal.empty();
  if (!has_words && (m_may_be_cut || plugins::is_event_stream(event))) {
    plugins::throw_cut_answer();
  }
  plugins::throw_no_image(m_words);
}

OpenAiImages::OpenAiImages(sdk::Host host, const sdk::Settings& settings) : m_host(host)
{
  if (!settings.items().empty()) {
    throw sdk::Failure(LIMN_SETTINGS,
                       "openai_images has no setting '" + settings.items().front().first + "'",
                       "response_format is a setting of a gateway");
  }
}

sdk::Capabilities OpenAiImages::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM, k_max_count};
}

std::unique_ptr<ImagesDialogue> OpenAiImages::open(const sdk::Job& job, const sdk::Gateway& gateway)
{
  return std::make_unique<ImagesDialogue>(m_host, job, gateway);
}

} // namespace limn::openai_images
