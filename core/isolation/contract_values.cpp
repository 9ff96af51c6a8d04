#include "isolation/contract_values.hpp"

#include <type_traits>

namespace limn {

namespace {

// What ends here today may grow at its end: a new member has to go over the wire, too.
#define LIMN_ENDS_WITH(type, member)                                                               \
  static_assert(offsetof(type, member) + sizeof(type::member) == sizeof(type))
LIMN_ENDS_WITH(limn_settings, item_count);
LIMN_ENDS_WITH(limn_job, dropped_count);
LIMN_ENDS_WITH(limn_input, height);
LIMN_ENDS_WITH(limn_gateway, setting_count);
LIMN_ENDS_WITH(limn_event, event_name);
LIMN_ENDS_WITH(limn_error, retry_after_ms);
LIMN_ENDS_WITH(limn_request, target);
LIMN_ENDS_WITH(limn_part, media_type);
LIMN_ENDS_WITH(limn_image, preview_number);
LIMN_ENDS_WITH(limn_usage, total_tokens);
LIMN_ENDS_WITH(limn_terms, longest_attempt_ms);
#undef LIMN_ENDS_WITH

// Of lists that limn itself made.
constexpr std::uint32_t k_most_items = 1'000'000;

enum class Form : std::uint8_t { missing, too_small, whole };

// Says how the struct was given; true if its members follow.
template <typename T>
bool write_form(MessageWriter& message, const T* value, std::size_t end_of_last_member)
{
  const auto form = !value                                     ? Form::missing
                    : value->struct_size >= end_of_last_member ? Form::whole
                                                               : Form::too_small;
  message.number(form);
  return form == Form::whole;
}

// Gives `value` the size, and `given` the pointer, that the plugin's had; true if members follow.
template <typename T>
bool read_form(MessageReader& message, T& value, const T*& given)
{
  const auto form = message.number<std::uint8_t>();
  if (form == static_cast<std::uint8_t>(Form::missing)) {
    return false;
  }
  given = &value;
  if (form != static_cast<std::uint8_t>(Form::whole)) {
    return false;
  }
  value.struct_size = sizeof(T);
  return true;
}

#define LIMN_END_OF(type, member) (offsetof(type, member) + sizeof(type::member))

struct ArrivedPairs {
  const limn_kv* items;
  std::size_t count;
};

ArrivedPairs read_pairs(MessageReader& message, std::vector<limn_kv>& items, std::uint32_t most)
{
  const auto [count, is_without_items] = message.count(most);
  if (is_without_items) {
    return {nullptr, count};
  }
  items.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto key = message.text();
    items.push_back({key, message.text()});
  }
  return {items.data(), items.size()};
}

} // namespace

// --- Settings, job, gateway, event ---

void write(MessageWriter& message, const limn_settings& settings)
{
  message.pairs(settings.items, settings.item_count, k_most_items);
}

ArrivedSettings::ArrivedSettings(MessageReader& message)
{
  const auto pairs = read_pairs(message, items, k_most_items);
  value = {sizeof value, 0, pairs.items, pairs.count};
}

void write(MessageWriter& message, const limn_job& job)
{
  message.number(job.count);
  for (const auto text :
       {job.prompt, job.size, job.quality, job.background, job.output_format, job.moderation}) {
    message.text(text);
  }
  message.number(job.output_compression);
  message.number(job.partial_images);
  auto count = job.input_count;
  message.count(job.inputs, count, k_most_items);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& input = *job.inputs[i];
    message.number(input.role);
    message.text(input.media_type);
    message.text(input.filename);
    message.number(input.size);
    message.number(input.width);
    message.number(input.height);
  }
  count = job.dropped_count;
  message.count(job.dropped, count, k_most_items);
  for (std::size_t i = 0; i < count; ++i) {
    message.text(job.dropped[i]);
  }
}

ArrivedJob::ArrivedJob(MessageReader& message)
{
  value.struct_size = sizeof value;
  value.count = message.number<std::int32_t>();
  for (auto* text : {&value.prompt, &value.size, &value.quality, &value.background,
                     &value.output_format, &value.moderation}) {
    *text = message.text();
  }
  value.output_compression = message.number<std::int32_t>();
  value.partial_images = message.number<std::int32_t>();
  inputs.resize(message.count(k_most_items).count);
  for (auto& input : inputs) {
    input.struct_size = sizeof input;
    input.role = message.number<std::uint32_t>();
    input.media_type = message.text();
    input.filename = message.text();
    input.size = message.number<std::uint64_t>();
    input.width = message.number<std::uint32_t>();
    input.height = message.number<std::uint32_t>();
    pointers.push_back(&input);
  }
  dropped.resize(message.count(k_most_items).count);
  for (auto& name : dropped) {
    name = message.text();
  }
  value.inputs = pointers.data();
  value.input_count = pointers.size();
  value.dropped = dropped.data();
  value.dropped_count = dropped.size();
}

void write(MessageWriter& message, const limn_gateway& gateway)
{
  message.text(gateway.name);
  message.text(gateway.base_url);
  message.text(gateway.model);
  message.pairs(gateway.settings, gateway.setting_count, k_most_items);
}

ArrivedGateway::ArrivedGateway(MessageReader& message)
{
  value.struct_size = sizeof value;
  value.name = message.text();
  value.base_url = message.text();
  value.model = message.text();
  const auto pairs = read_pairs(message, settings, k_most_items);
  value.settings = pairs.items;
  value.setting_count = pairs.count;
}

void write(MessageWriter& message, const limn_event& event)
{
  message.number(event.kind);
  message.number(event.http_status);
  message.number(event.format);
  message.pairs(event.headers, event.header_count, k_most_items);
  // Whole, however long it is.
  message.text(std::string_view(event.content.data, event.content.size));
  message.text(event.event_name);
}

ArrivedEvent::ArrivedEvent(MessageReader& message)
{
  value.struct_size = sizeof value;
  value.kind = message.number<std::uint32_t>();
  value.http_status = message.number<std::uint32_t>();
  value.format = message.number<std::uint32_t>();
  const auto pairs = read_pairs(message, headers, k_most_items);
  value.headers = pairs.items;
  value.header_count = pairs.count;
  value.content = message.text();
  value.event_name = message.text();
}

// --- Error, request, image, usage ---

void write(MessageWriter& message, const limn_error* error)
{
  if (!write_form(message, error, LIMN_END_OF(limn_error, retry_after_ms))) {
    return;
  }
  message.number(error->status);
  for (const auto text : {error->message, error->hint, error->code, error->param}) {
    message.text(text);
  }
  message.number(error->retry_after_ms);
}

ArrivedError::ArrivedError(MessageReader& message)
{
  if (!read_form(message, value, given)) {
    return;
  }
  value.status = message.number<limn_status>();
  for (auto* text : {&value.message, &value.hint, &value.code, &value.param}) {
    *text = message.text();
  }
  value.retry_after_ms = message.number<std::int64_t>();
}

void write(MessageWriter& message, const limn_request* request)
{
  if (!write_form(message, request, LIMN_END_OF(limn_request, part_count))) {
    return;
  }
  message.number(request->flags);
  message.text(request->method);
  message.text(request->path);
  message.pairs(request->headers, request->header_count, k_most_told_items);
  message.number(request->body);
  // A plugin of minor 0 has no target, which is the same as an empty one.
  message.text(LIMN_HAS(request, limn_request, target) ? request->target : limn_str{});
  auto count = request->part_count;
  if (!message.count(request->parts, count, k_most_told_items)) {
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto* part = request->parts[i];
    if (!write_form(message, part, LIMN_END_OF(limn_part, media_type))) {
      continue;
    }
    message.number(part->kind);
    message.text(part->text);
    message.number(part->input);
    message.text(part->name);
    message.text(part->filename);
    message.text(part->media_type);
  }
}

ArrivedRequest::ArrivedRequest(MessageReader& message)
{
  if (!read_form(message, value, given)) {
    return;
  }
  value.flags = message.number<std::uint32_t>();
  value.method = message.text();
  value.path = message.text();
  const auto pairs = read_pairs(message, headers, k_most_told_items);
  value.headers = pairs.items;
  value.header_count = pairs.count;
  value.body = message.number<std::uint32_t>();
  value.target = message.text();
  const auto [count, is_without_items] = message.count(k_most_told_items);
  value.part_count = count;
  if (is_without_items) {
    return;
  }
  parts.resize(count);
  for (auto& part : parts) {
    const limn_part* its_pointer = nullptr;
    if (read_form(message, part, its_pointer)) {
      part.kind = message.number<std::uint32_t>();
      part.text = message.text();
      part.input = message.number<std::uint32_t>();
      part.name = message.text();
      part.filename = message.text();
      part.media_type = message.text();
    }
    pointers.push_back(its_pointer);
  }
  value.parts = pointers.data();
}

void write(MessageWriter& message, const limn_image* image)
{
  if (write_form(message, image, LIMN_END_OF(limn_image, revised_prompt))) {
    message.text(image->content);
    message.text(image->revised_prompt);
    message.number(LIMN_HAS(image, limn_image, preview_number) ? image->preview_number : 0);
  }
}

ArrivedImage::ArrivedImage(MessageReader& message)
{
  if (read_form(message, value, given)) {
    value.content = message.text();
    value.revised_prompt = message.text();
    value.preview_number = message.number<std::uint64_t>();
  }
}

void write(MessageWriter& message, const limn_usage* usage)
{
  if (write_form(message, usage, LIMN_END_OF(limn_usage, total_tokens))) {
    for (const auto tokens :
         {usage->input_text_tokens, usage->input_image_tokens, usage->output_text_tokens,
          usage->output_image_tokens, usage->total_tokens}) {
      message.number(tokens);
    }
  }
}

ArrivedUsage::ArrivedUsage(MessageReader& message)
{
  if (read_form(message, value, given)) {
    for (auto* tokens :
         {&value.input_text_tokens, &value.input_image_tokens, &value.output_text_tokens,
          &value.output_image_tokens, &value.total_tokens}) {
      *tokens = message.number<std::int64_t>();
    }
  }
}

void write(MessageWriter& message, const limn_terms* terms)
{
  if (write_form(message, terms, LIMN_END_OF(limn_terms, longest_attempt_ms))) {
    message.number(terms->flags);
    for (const auto text : {terms->key_header, terms->key_scheme, terms->models_path,
                            terms->models_list, terms->models_id}) {
      message.text(text);
    }
    message.number(terms->longest_attempt_ms);
  }
}

ArrivedTerms::ArrivedTerms(MessageReader& message)
{
  if (read_form(message, value, given)) {
    value.flags = message.number<std::uint32_t>();
    for (auto* text : {&value.key_header, &value.key_scheme, &value.models_path, &value.models_list,
                       &value.models_id}) {
      *text = message.text();
    }
    value.longest_attempt_ms = message.number<std::int64_t>();
  }
}

} // namespace limn
