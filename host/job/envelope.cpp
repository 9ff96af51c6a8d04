#include "job/envelope.hpp"

namespace limn {

namespace {

void write_count(JsonWriter& json, std::string_view name, std::int64_t count)
{
  json.key(name);
  if (count < 0) {
    json.null();
  } else {
    json.number(count);
  }
}

void write_usage(JsonWriter& json, const Usage& usage)
{
  json.begin_object();
  write_count(json, "input_text_tokens", usage.input_text_tokens);
  write_count(json, "input_image_tokens", usage.input_image_tokens);
  write_count(json, "output_text_tokens", usage.output_text_tokens);
  write_count(json, "output_image_tokens", usage.output_image_tokens);
  write_count(json, "total_tokens", usage.total_tokens);
  json.end_object();
}

std::string size_received(const JobOutcome& outcome)
{
  const auto& size = outcome.images.front().size;
  return size.width > 0 ? to_string(size) : std::string();
}

} // namespace

void write_attempt(JsonWriter& json, const Attempt& attempt)
{
  json.begin_object();
  json.member("gateway", attempt.gateway);
  json.optional_member("provider", attempt.provider);
  json.optional_member("model", attempt.model);
  json.optional_member("size", attempt.size);
  json.member("class", attempt.failure ? to_string(attempt.failure->failure_class) : "ok");
  json.key("http_status");
  if (attempt.http_status == 0) {
    json.null();
  } else {
    json.number(attempt.http_status);
  }
  json.optional_member("message", attempt.failure ? std::string_view(attempt.failure->message)
                                                  : std::string_view());
  json.optional_member("hint", attempt.failure ? std::string_view(attempt.failure->hint)
                                               : std::string_view());
  json.optional_member("request_id", attempt.request_id);
  json.member("elapsed_ms", static_cast<std::int64_t>(attempt.elapsed.count()));
  json.flag("may_have_cost", attempt.may_have_cost);
  json.end_object();
}

void write_image(JsonWriter& json, const SavedImage& image)
{
  json.begin_object();
  json.path_member("path", image.path);
  json.member("format", to_string(image.format));
  json.member("width", static_cast<std::int64_t>(image.size.width));
  json.member("height", static_cast<std::int64_t>(image.size.height));
  json.member("bytes", static_cast<std::int64_t>(image.bytes));
  json.optional_member("sha256", image.sha256);
  json.optional_member("revised_prompt", image.revised_prompt);
  json.end_object();
}

void write_details(JsonWriter& json, const std::vector<std::string>& details)
{
  if (details.empty()) {
    return;
  }
  json.key("details");
  json.begin_array();
  for (const auto& line : details) {
    json.text(line);
  }
  json.end_array();
}

void write_error(JsonWriter& json, const Failure& failure)
{
  json.begin_object();
  json.member("class", to_string(failure.failure_class));
  json.member("message", failure.message);
  json.optional_member("hint", failure.hint);
  write_details(json, failure.details);
  json.end_object();
}

void write_cost(JsonWriter& json, Cost cost)
{
  if (!cost.is_known()) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("usd");
  json.decimal(usd_json(cost.amount));
  json.member("basis", to_string(cost.basis));
  json.end_object();
}

void write_source(JsonWriter& json, const JobOutcome& outcome)
{
  json.key("gateway");
  json.begin_object();
  json.member("name", outcome.gateway.name);
  json.member("base_url", outcome.gateway.base_url);
  json.member("origin", outcome.gateway.origins.front());
  json.end_object();
  json.member("provider", outcome.provider);
  json.member("model", outcome.model);
  json.key("size");
  json.begin_object();
  json.optional_member("asked", outcome.size_asked);
  json.optional_member("sent", outcome.size_sent);
  json.optional_member("received", size_received(outcome));
  json.end_object();
  json.key("usage");
  write_usage(json, outcome.usage);
}

void write_attempts(JsonWriter& json, const JobOutcome& outcome)
{
  json.key("attempts");
  json.begin_array();
  for (const auto& attempt : outcome.attempts) {
    write_attempt(json, attempt);
  }
  json.end_array();
  json.member("elapsed_ms", static_cast<std::int64_t>(outcome.elapsed.count()));
}

void write_envelope(JsonWriter& json, const JobOutcome& outcome)
{
  json.begin_object();
  json.flag("ok", !outcome.failure);
  if (outcome.failure) {
    json.key("error");
    write_error(json, *outcome.failure);
  }
  if (!outcome.images.empty()) {
    json.key("images");
    json.begin_array();
    for (const auto& image : outcome.images) {
      write_image(json, image);
    }
    json.end_array();
    write_source(json, outcome);
  }
  json.key("cost");
  write_cost(json, outcome.cost);
  write_attempts(json, outcome);
  json.end_object();
}

void write_error_envelope(JsonWriter& json, const Failure& failure)
{
  json.begin_object();
  json.flag("ok", false);
  json.key("error");
  write_error(json, failure);
  json.key("attempts");
  json.begin_array();
  json.end_array();
  json.end_object();
}

} // namespace limn
