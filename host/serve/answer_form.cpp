#include "serve/answer_form.hpp"

#include <chrono>
#include <initializer_list>
#include <utility>

namespace limn {

namespace {

void write_details_of(JsonWriter& json, std::string_view name,
                      std::initializer_list<std::pair<std::string_view, std::int64_t>> counts)
{
  json.key(name);
  json.begin_object();
  for (const auto& [kind, count] : counts) {
    json.member(kind, count);
  }
  json.end_object();
}

} // namespace

void write_usage_of(JsonWriter& json, UsageOf api, const std::optional<Usage>& usage)
{
  if (!usage) {
    return;
  }
  json.key("usage");
  json.begin_object();
  json.member("total_tokens", usage->total_tokens);
  json.member("input_tokens", usage->input_text_tokens + usage->input_image_tokens);
  json.member("output_tokens", usage->output_text_tokens + usage->output_image_tokens);
  if (api == UsageOf::images) {
    write_details_of(
      json, "input_tokens_details",
      {{"text_tokens", usage->input_text_tokens}, {"image_tokens", usage->input_image_tokens}});
    write_details_of(
      json, "output_tokens_details",
      {{"text_tokens", usage->output_text_tokens}, {"image_tokens", usage->output_image_tokens}});
  } else { // of a chat that there is not
    write_details_of(json, "input_tokens_details", {{"cached_tokens", 0}});
    write_details_of(json, "output_tokens_details", {{"reasoning_tokens", 0}});
  }
  json.end_object();
}

void add_event(PictureBody& body, std::string_view name, std::string_view json,
               std::string_view member, std::vector<PictureFile> pictures)
{
  body.add("event: ");
  body.add(name);
  body.add("\ndata: ");
  body.add_json(json, member, std::move(pictures));
  body.add("\n\n");
}

std::string or_auto(const std::string& asked)
{
  return asked.empty() ? "auto" : asked;
}

std::int64_t now_in_seconds()
{
  return std::chrono::duration_cast<std::chrono::seconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

std::string_view format_of_file(const std::filesystem::path& file)
{
  const auto& name = file.native();
  const auto extension = std::string_view(name).substr(name.rfind('.') + 1);
  return extension == "jpg" ? "jpeg" : extension;
}

} // namespace limn
