#pragma once

#include <limn/sdk.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limn::plugins {

// A parameter that is sent as the user gave it. Borrows from the job.
struct JobField {
  std::string_view name;
  std::variant<std::string_view, int> value;
};

// The parameters of a picture that the user asked for, without those for which `is_dropped(name)`
// holds. What was not asked for is left out: gateways refuse defaults and nulls that they do not
// know.
template <typename IsDropped>
std::vector<JobField> picture_fields(const sdk::Job& job, IsDropped&& is_dropped)
{
  std::vector<JobField> fields;
  const auto add_text = [&](std::string_view name, const std::string& value) {
    if (!value.empty() && !is_dropped(name)) {
      fields.push_back({name, std::string_view(value)});
    }
  };
  add_text("size", job.size);
  add_text("quality", job.quality);
  add_text("background", job.background);
  add_text("output_format", job.output_format);
  if (job.output_compression && !is_dropped("output_compression")) {
    fields.push_back({"output_compression", *job.output_compression});
  }
  add_text("moderation", job.moderation);
  return fields;
}

// A member of the JSON object that `writer` is in.
template <typename Writer>
void write_field(Writer& writer, const JobField& field)
{
  writer.Key(field.name.data(), static_cast<unsigned>(field.name.size()));
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    writer.String(text->data(), static_cast<unsigned>(text->size()));
  } else {
    writer.Int(std::get<int>(field.value));
  }
}

// A member of the JSON object that `writer` is in.
template <typename Writer>
void write_text(Writer& writer, std::string_view name, std::string_view value)
{
  write_field(writer, {name, value});
}

} // namespace limn::plugins
