#include "job/job_fields.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <variant>

namespace limn {

namespace {

using Json = rapidjson::Value;

using Target = std::variant<std::string JobText::*, std::vector<std::string> JobText::*,
                            std::optional<int> JobText::*, std::optional<std::string> JobText::*>;

constexpr double k_largest_count = 1e9;

struct Field {
  std::string_view name;
  Target target;
  std::string_view schema;
};

constexpr std::array<Field, 18> k_fields{{
  {"prompt", &JobText::prompt,
   R"({"type":"string","minLength":1,"maxLength":131072,"description":"What to draw, or what to change in the inputs: subject, setting, style, composition, and any text in quotes. Plain language, in any language."})"},
  {"output", &JobText::output, R"({"type":"string","description":"The file to write."})"},
  {"directory", &JobText::directory,
   R"({"type":"string","description":"The folder to write into, absolute, or below the usual one. Leave it out for the usual one."})"},
  {"model", &JobText::models,
   R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}],"description":"Only where the user names one: the model to ask for."})"},
  {"size", &JobText::size,
   R"({"type":"string","description":"WIDTHxHEIGHT in pixels (edges are multiples of 16, up to 3840), or a ratio such as 16:9, or square, landscape, portrait, 1K, 2K, 4K, \"2K 16:9\", or same (as the first input). Default: 1024x1024."})"},
  {"n", &JobText::count,
   R"({"type":"integer","minimum":1,"maximum":100,"description":"How many variants of the same picture; each is charged for. Default: 1."})"},
  {"quality", &JobText::quality,
   R"({"type":"string","description":"low (drafts), medium, high or auto. The price rises with it, about fourfold each. Leave it out for the user's default."})"},
  {"background", &JobText::background,
   R"({"type":"string","description":"transparent, opaque or auto."})"},
  {"format", &JobText::format,
   R"({"type":"string","description":"png, jpeg or webp. Default: what the name ends in, else png."})"},
  {"compression", &JobText::compression,
   R"({"type":"integer","minimum":0,"maximum":100,"description":"For jpeg and webp."})"},
  {"moderation", &JobText::moderation, R"({"type":"string","description":"low or auto."})"},
  {"input", &JobText::inputs,
   R"({"type":"array","items":{"type":"string"},"maxItems":16,"description":"Images to edit or to draw from, in order: absolute paths of PNG, JPEG or WebP files, or entries of limn's history (\"last\" is the picture drawn last)."})"},
  {"mask", &JobText::mask,
   R"({"type":"string","description":"The path of a PNG whose transparent parts tell where to change the first input."})"},
  {"gateway", &JobText::gateways,
   R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}],"description":"Only where the user names one: the gateways to ask, of those that image_gateways lists. Default: all, in their order."})"},
  {"provider", &JobText::providers,
   R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}],"description":"The ways to ask a gateway."})"},
  {"timeout", &JobText::timeout,
   R"({"type":["string","number"],"description":"How long one attempt may take: seconds, or 10m."})"},
  {"wait", &JobText::wait,
   R"({"type":["string","number"],"description":"How long it may wait where gateways say later."})"},
  {"verify", &JobText::verify, R"({"type":"string","description":"auto, always or never."})"},
}};

const Field& field_of(std::string_view name)
{
  return *std::ranges::find(k_fields, name, &Field::name);
}

std::string text_of(const Json& value)
{
  return std::string(string_or_empty(&value));
}

// Each returns what belongs there, or nothing if that is what stands there.
struct Assign {
  JobText& job;
  const Json& value;

  std::string_view operator()(std::string JobText::*target) const
  {
    if (!value.IsString()) {
      return "a text";
    }
    job.*target = text_of(value);
    return {};
  }
  std::string_view operator()(std::vector<std::string> JobText::*target) const
  {
    std::vector<std::string> texts;
    if (value.IsString()) {
      texts.push_back(text_of(value));
    } else if (value.IsArray()
               && std::all_of(value.Begin(), value.End(), [](auto& v) { return v.IsString(); })) {
      std::transform(value.Begin(), value.End(), std::back_inserter(texts), text_of);
    } else {
      return "a text or a list of texts";
    }
    job.*target = std::move(texts);
    return {};
  }
  std::string_view operator()(std::optional<int> JobText::*target) const
  {
    const double number = value.IsNumber() ? value.GetDouble() : 0.5; // 2.0 is two
    if (number != std::floor(number) || std::abs(number) > k_largest_count) {
      return "a whole number";
    }
    job.*target = static_cast<int>(number);
    return {};
  }
  std::string_view operator()(std::optional<std::string> JobText::*target) const
  {
    if (value.IsString()) {
      job.*target = text_of(value);
    } else if (value.IsNumber()) {
      job.*target = fmt::format("{}", value.GetDouble());
    } else {
      return "a number of seconds, or a text such as \"10m\",";
    }
    return {};
  }
};

struct Write {
  JsonWriter& json;
  const JobText& job;
  std::string_view name;

  void operator()(std::string JobText::*member) const { write(job.*member); }
  void operator()(std::vector<std::string> JobText::*member) const
  {
    if ((job.*member).empty()) {
      return;
    }
    json.key(name);
    json.begin_array();
    for (const auto& text : job.*member) {
      json.path(text);
    }
    json.end_array();
  }
  void operator()(std::optional<int> JobText::*member) const
  {
    if (job.*member) {
      json.member(name, static_cast<std::int64_t>(*(job.*member)));
    }
  }
  void operator()(std::optional<std::string> JobText::*member) const
  {
    if (job.*member) {
      write(*(job.*member));
    }
  }

private:
  void write(const std::string& text) const
  {
    if (!text.empty()) {
      json.path_member(name, text); // exactly, whatever it is
    }
  }
};

} // namespace

std::span<const std::string_view> job_field_names()
{
  static const auto names = [] {
    std::array<std::string_view, k_fields.size()> all;
    std::ranges::transform(k_fields, all.begin(), &Field::name);
    return all;
  }();
  return names;
}

std::string_view read_job_field(JobText& job, std::string_view name, const Json& value)
{
  return std::visit(Assign{job, value}, field_of(name).target);
}

std::string_view job_field_schema(std::string_view name)
{
  return field_of(name).schema;
}

void write_job_fields(JsonWriter& json, const JobText& job)
{
  for (const auto& field : k_fields) {
    std::visit(Write{json, job, field.name}, field.target);
  }
}

} // namespace limn
