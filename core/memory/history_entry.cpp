#include "memory/history_entry.hpp"

#include "base/json.hpp"
#include "base/json_writer.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>

namespace limn {

namespace {

std::string text_of(const rapidjson::Document& document, std::string_view name)
{
  return std::string(string_or_empty(member(document, name)));
}

std::optional<int> number_of(const rapidjson::Document& document, std::string_view name)
{
  const auto* value = member(document, name);
  return value != nullptr && value->IsInt() ? std::optional(value->GetInt()) : std::nullopt;
}

} // namespace

std::int64_t unix_milliseconds(PastAttempt::Time time)
{
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

PastAttempt::Time time_from_unix(std::int64_t milliseconds)
{
  constexpr auto k_last = std::chrono::floor<std::chrono::milliseconds>(PastAttempt::Time::max());
  const auto last = std::int64_t{k_last.time_since_epoch().count()};
  return PastAttempt::Time(std::chrono::milliseconds(std::clamp(milliseconds, -last, last)));
}

Cost cost_from(std::int64_t basis, std::int64_t nanousd)
{
  const bool is_known = basis >= 0 && basis < static_cast<int>(Cost::Basis::unknown);
  return {is_known ? static_cast<Cost::Basis>(basis) : Cost::Basis::unknown,
          std::max<std::int64_t>(nanousd, 0)};
}

ImageFormat image_format_from(std::int64_t number)
{
  const bool is_known = number >= 0 && number <= static_cast<int>(ImageFormat::svg);
  return is_known ? static_cast<ImageFormat>(number) : ImageFormat::png;
}

std::string history_id()
{
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789"; // no l, o, 0 and 1
  constexpr std::size_t length = 10;
  std::array<unsigned char, length> random{};
  static_cast<void>(::getrandom(random.data(), random.size(), 0)); // so few bytes always come
  std::string id;
  for (const auto byte : random) {
    id += letters[byte % letters.size()];
  }
  return id;
}

PastParameters PastParameters::of(const Job& job)
{
  PastParameters parameters;
  parameters.size = job.size;
  parameters.count = job.count;
  parameters.quality = job.quality;
  parameters.background = job.background;
  parameters.format = job.output_format;
  parameters.moderation = job.moderation;
  parameters.compression = job.output_compression;
  for (const auto& input : job.inputs) {
    if (input.role == Input::Role::mask) {
      parameters.mask = input.origin;
    } else {
      parameters.inputs.push_back(input.origin);
    }
  }
  return parameters;
}

std::string to_json(const PastParameters& parameters)
{
  JsonWriter json;
  json.begin_object();
  json.member("size", parameters.size);
  json.member("n", static_cast<std::int64_t>(parameters.count));
  const auto put = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      json.member(name, value);
    }
  };
  put("quality", parameters.quality);
  put("background", parameters.background);
  put("format", parameters.format);
  put("moderation", parameters.moderation);
  if (parameters.compression) {
    json.member("compression", static_cast<std::int64_t>(*parameters.compression));
  }
  if (!parameters.inputs.empty()) {
    json.key("inputs");
    json.begin_array();
    for (const auto& input : parameters.inputs) {
      json.path(input);
    }
    json.end_array();
  }
  if (!parameters.mask.empty()) {
    json.path_member("mask", parameters.mask);
  }
  json.end_object();
  return json.str();
}

PastParameters past_parameters_from(std::string_view json)
{
  PastParameters parameters;
  const auto document = parse_json(json);
  if (!document) {
    return parameters;
  }
  parameters.size = text_of(*document, "size");
  parameters.count = std::max(number_of(*document, "n").value_or(1), 1);
  parameters.quality = text_of(*document, "quality");
  parameters.background = text_of(*document, "background");
  parameters.format = text_of(*document, "format");
  parameters.moderation = text_of(*document, "moderation");
  parameters.compression = number_of(*document, "compression");
  if (const auto* inputs = member(*document, "inputs"); inputs != nullptr && inputs->IsArray()) {
    for (const auto& input : inputs->GetArray()) {
      parameters.inputs.emplace_back(string_or_empty(&input));
    }
  }
  parameters.mask = text_of(*document, "mask");
  return parameters;
}

} // namespace limn
