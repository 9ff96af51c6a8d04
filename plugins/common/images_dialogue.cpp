#include "common/images_dialogue.hpp"

#include "common/answer_reading.hpp"
#include "common/images_request.hpp"

#include <string>
#include <utility>
#include <vector>

namespace limn::plugins {

namespace {

bool is_image_event(std::string_view type)
{
  return type.starts_with("image_generation.") || type.starts_with("image_edit.");
}

bool is_error(const Json& message, std::string_view type)
{
  const auto* error = member(&message, "error");
  return type == "error" || type.ends_with(".failed") || (error && !error->IsNull());
}

// One of several images failed: Seedream and MiniMax go on with the others.
bool is_failure_of_one(std::string_view type)
{
  return type.ends_with(".partial_failed");
}

// An event that is a finished image, and not one that holds some.
bool is_image_itself(const Json& message, std::string_view type)
{
  return type.ends_with(".completed") || type.ends_with(".partial_succeeded")
         || member(&message, "b64_json");
}

// What an answer says went wrong with an image beside others that came.
const Json* failure_beside_images(const Json& message)
{
  const Json* found = nullptr;
  const auto look_at = [&](const Json& item) {
    const auto* error = member(&item, "error");
    if (!found && error && !error->IsNull()) {
      found = &item;
    }
  };
  look_at(message);
  for_each(member(&message, "data"), look_at);
  for_each(member(&message, "errors"), [&](const Json& item) {
    if (!found) {
      found = member(&item, "error") ? &item : nullptr;
    }
  });
  return found;
}

// The same, with its content and event name replaced: what the host's classifier makes of a part.
std::optional<sdk::Failure> failure_in_part(const sdk::Host& host, const sdk::Event& event,
                                            const Json& part)
{
  JsonText text;
  JsonWriter writer(text);
  part.Accept(writer);
  auto of_part = event;
  of_part.content = sdk::to_abi(std::string_view(text.GetString(), text.GetSize()));
  return host.failure_in(of_part);
}

} // namespace

ImagesDialogue::ImagesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
                               sdk::Request request)
  : m_host(host), m_request(std::move(request)), m_base_url(gateway.base_url),
    m_form(form_of_edit(job)), m_has_inputs(!job.inputs.empty()), m_wanted(job.count)
{
}

sdk::Step ImagesDialogue::next()
{
  if (m_request) {
    return sdk::Send{*std::exchange(m_request, std::nullopt)};
  }
  while (m_pursuit) {
    try {
      auto step = m_pursuit->next();
      if (!std::holds_alternative<sdk::Finish>(step)) {
        return step;
      }
      pursue_next_job();
    } catch (const sdk::Failure& failure) {
      give_up_job(failure);
    }
  }
  if (m_failure && m_image_count < m_wanted) {
    throw *m_failure;
  }
  return sdk::Finish{};
}

void ImagesDialogue::receive(const sdk::Event& event, sdk::Results& results)
{
  if (event.kind == LIMN_EVENT_HEAD) {
    m_is_given_up = false;
  } else if (m_is_given_up) {
    return; // the rest of an answer about a job that is given up
  }
  if (m_pursuit) {
    try {
      m_pursuit->receive(event, results);
    } catch (const sdk::Failure& failure) {
      m_is_given_up = true;
      give_up_job(failure);
    }
  } else if (event.kind == LIMN_EVENT_MESSAGE) {
    read(event, results);
  } else if (event.kind == LIMN_EVENT_END) {
    end(event);
  }
}

// Several jobs are followed one after the other: they go on meanwhile. False if that was the last.
bool ImagesDialogue::pursue_next_job()
{
  m_pursuit.reset();
  if (m_jobs.empty()) {
    return false;
  }
  m_pursuit.emplace(m_host, m_base_url, std::move(m_jobs.front()),
                    [this](const Json& message, sdk::Results& results) {
                      report_usage(message, results);
                      return report_images(message, {}, results);
                    });
  m_jobs.erase(m_jobs.begin());
  return true;
}

// What failed is told when the others are done.
void ImagesDialogue::give_up_job(const sdk::Failure& failure)
{
  if (m_jobs.empty() && m_image_count == 0) {
    throw failure;
  }
  if (!m_failure) {
    m_failure = failure;
  }
  pursue_next_job();
}

void ImagesDialogue::read(const sdk::Event& event, sdk::Results& results)
{
  const auto content = sdk::from_abi(event.content);
  if (is_end_marker(content)) {
    return;
  }
  const auto message = event.format == LIMN_FORMAT_JSON ? parse_json(content) : JsonDocument();
  const auto type = type_of(message, event);
  m_may_be_cut =
    m_may_be_cut || is_event_stream(event) || event.event_name.size > 0 || is_image_event(type);

  if (is_success(event)) {
    if (type.ends_with(".partial_image")) {
      report_preview(message, results);
      return;
    }
    if (is_failure_of_one(type)) {
      remember_failure(message, event);
      return;
    }
    report_usage(message, results);
    if (m_image_count == 0 && remember_job(message, event)) {
      return;
    }
    if (report_images(message, type, results) > 0) {
      m_jobs.clear();
      if (failure_beside_images(message)) {
        remember_failure(message, event);
      }
      return;
    }
  } else {
    report(addresses_beside_refusal(message), type, results);
  }
  if (m_image_count > 0) {
    // The image is there and paid for: no complaint behind it may take it away.
    m_host.log(LIMN_LOG_DEBUG, "after the image came: " + shortened(content));
    if (is_error(message, type)) {
      remember_failure(message, event);
    }
    return;
  }
  throw_if_other_form_is_wanted(m_host, event, m_form);
  m_host.throw_if_failure(event);
  if (is_error(message, type)) {
    throw_unclassified(message);
  }
  if (event.format != LIMN_FORMAT_JSON) {
    if (is_prose(event)) {
      m_words.text += content;
    } else {
      m_may_be_cut = true;
    }
  } else if (!is_image_event(type)) {
    const auto words = words_in(message);
    m_words.text += words.text;
    m_words.refusal += words.refusal;
  }
}

// True if the message is a job and no image yet. What its preview shows is none.
bool ImagesDialogue::remember_job(const Json& message, const sdk::Event& event)
{
  auto jobs = gateway_jobs_in(message, event);
  const auto images = images_in(message);
  const bool is_pending = jobs.front().course == JobCourse::pending;
  if (!jobs.front().can_be_asked() || m_host.failure_in(event)
      || (!images.empty() && (!is_pending || has_bytes(images)))) {
    return false;
  }
  m_jobs = std::move(jobs);
  return true;
}

// The first is told where fewer images came than were wanted.
void ImagesDialogue::remember_failure(const Json& message, const sdk::Event& event)
{
  if (m_failure) {
    return;
  }
  const auto* part = failure_beside_images(message);
  m_failure = failure_in_part(m_host, event, part ? *part : message);
  if (m_failure) {
    return;
  }
  try {
    throw_unclassified(part ? *part : message);
  } catch (const sdk::Failure& failure) {
    m_failure = failure;
  }
}

int ImagesDialogue::report_images(const Json& message, std::string_view type, sdk::Results& results)
{
  auto images = images_in(message);
  if (images.empty() && is_image_itself(message, type)) {
    add_images(&message, images);
  }
  const int count = report(images, type, results);
  if (count > 0) {
    note_echoes(message, {"size", "quality", "output_format", "background", "model"}, results);
  }
  return count;
}

int ImagesDialogue::report(const std::vector<FoundImage>& images, std::string_view type,
                           sdk::Results& results)
{
  int count = 0;
  for (const auto& image : images) {
    // Streams tell some addresses again at their end.
    if (image.content.starts_with("http") && !type.empty()
        && !m_reported_addresses.insert(image.content).second) {
      continue;
    }
    results.image(image.content, image.revised_prompt);
    ++count;
  }
  m_image_count += count;
  return count;
}

void ImagesDialogue::report_usage(const Json& message, sdk::Results& results) const
{
  const auto* usage = member(&message, "usage");
  if (!usage || !usage->IsObject()) {
    return;
  }
  const auto count = [&](std::initializer_list<std::string_view> path) {
    return count_of(member(usage, path)).value_or(-1);
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
    if (m_failure && m_image_count < m_wanted) {
      throw *m_failure;
    }
    return;
  }
  if (!is_success(event)) {
    m_host.throw_if_failure(event);
    throw sdk::Failure(LIMN_SERVER, "HTTP " + std::to_string(event.http_status));
  }
  if (m_failure) {
    throw *m_failure;
  }
  if (m_jobs.empty()) { // some answer with nothing but an address in a header
    remember_job(JsonDocument(), event);
  }
  if (pursue_next_job()) {
    return;
  }
  const bool has_words = !m_words.text.empty() || !m_words.refusal.empty();
  if (!has_words && (m_may_be_cut || is_event_stream(event))) {
    throw_cut_answer();
  }
  throw_no_image(m_words);
}

} // namespace limn::plugins
