#include "settings/defaults.hpp"

#include "model/picture_words.hpp"
#include "settings/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace limn {

namespace {

constexpr std::string_view k_left = "none"; // to the gateway
constexpr int k_left_compression = -1;

constexpr std::array<JobDefault, 7> k_all{
  JobDefault::size,       JobDefault::count,      JobDefault::quality,    JobDefault::format,
  JobDefault::background, JobDefault::moderation, JobDefault::compression};

using Word = std::optional<std::string> JobDefaults::*;

// Of those that are one word.
Word word_of(JobDefault which)
{
  return which == JobDefault::quality      ? &JobDefaults::quality
         : which == JobDefault::format     ? &JobDefaults::output_format
         : which == JobDefault::background ? &JobDefaults::background
                                           : &JobDefaults::moderation;
}

std::string wanted_word(JobDefault which)
{
  return which == JobDefault::quality      ? "a quality, such as low, medium or high, or none"
         : which == JobDefault::format     ? "a format, such as png, jpeg or webp, or none"
         : which == JobDefault::background ? "a background, such as transparent or opaque, or none"
                                           : "auto, low, or none";
}

Done read_word(JobDefault which, const Value& value, JobDefaults& defaults)
{
  LIMN_TRY_ASSIGN(const auto text, read_text(value, wanted_word(which)));
  auto word = plain_word(name_of(which), text);
  if (const auto meant = word_meant(name_of(which), word); meant && word != k_left) {
    return value.failure("'" + word + "' is not known: did you mean '" + std::string(*meant)
                         + "'?");
  }
  defaults.*word_of(which) = word == k_left ? std::string() : std::move(word);
  return {};
}

Done read_default_size(const Value& value, JobDefaults& defaults)
{
  constexpr std::string_view k_wanted = "a size, such as 1024x1024, 16:9, 2K or auto";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, k_wanted));
  auto wish = read_size_text(text);
  if (!wish) {
    return value.expected(k_wanted);
  }
  defaults.size = std::move(*wish);
  return {};
}

Done read_count(const Value& value, JobDefaults& defaults)
{
  LIMN_TRY_ASSIGN(defaults.count,
                  read_number(value, "a number from 1 to 100, such as 2", 1, k_most_images));
  return {};
}

Done read_compression(const Value& value, JobDefaults& defaults)
{
  if (value.node->kind == YamlNode::Kind::scalar && value.node->text == k_left) {
    defaults.output_compression = k_left_compression;
    return {};
  }
  LIMN_TRY_ASSIGN(defaults.output_compression,
                  read_number(value, "a number from 0 to 100, such as 80, or none", 0, k_no_loss));
  return {};
}

std::string size_text(const JobDefaults& defaults)
{
  if (!defaults.size) {
    return std::string(k_usual_size);
  }
  return defaults.size->size + (defaults.size->rules == SizeRules::waived ? "!" : "");
}

} // namespace

std::span<const JobDefault> all_defaults()
{
  return k_all;
}

std::string_view name_of(JobDefault which)
{
  switch (which) {
  case JobDefault::size:
    return "size";
  case JobDefault::count:
    return "n";
  case JobDefault::quality:
    return "quality";
  case JobDefault::format:
    return "format";
  case JobDefault::background:
    return "background";
  case JobDefault::moderation:
    return "moderation";
  case JobDefault::compression:
    return "compression";
  }
  return "";
}

Done read_default(JobDefault which, const Value& value, JobDefaults& defaults)
{
  switch (which) {
  case JobDefault::size:
    return read_default_size(value, defaults);
  case JobDefault::count:
    return read_count(value, defaults);
  case JobDefault::compression:
    return read_compression(value, defaults);
  default:
    return read_word(which, value, defaults);
  }
}

std::string show_default(JobDefault which, const JobDefaults& defaults)
{
  switch (which) {
  case JobDefault::size:
    return yaml_text(size_text(defaults));
  case JobDefault::count:
    return std::to_string(defaults.count.value_or(k_usual_count));
  case JobDefault::compression: {
    const auto said = defaults.output_compression.value_or(k_left_compression);
    return said < 0 ? std::string(k_left) : std::to_string(said);
  }
  default: {
    const auto& word = defaults.*word_of(which);
    return yaml_text(word.value_or("").empty() ? std::string(k_left) : *word);
  }
  }
}

bool says(JobDefault which, const JobDefaults& defaults)
{
  switch (which) {
  case JobDefault::size:
    return defaults.size.has_value();
  case JobDefault::count:
    return defaults.count.has_value();
  case JobDefault::compression:
    return defaults.output_compression.has_value();
  default:
    return (defaults.*word_of(which)).has_value();
  }
}

Done read_defaults(const Value& value, DefaultsOf whose, JobDefaults& defaults, Settings& settings)
{
  std::vector<std::string_view> names;
  for (const auto which : k_all) {
    names.push_back(name_of(which));
  }
  const auto read = [&](std::string_view name, const Value& inner) -> Done {
    const auto* const which =
      std::ranges::find_if(k_all, [&](JobDefault one) { return name_of(one) == name; });
    if (*which == JobDefault::count && whose == DefaultsOf::gateway) {
      return inner.key_failure("how many images are wanted is settled before a gateway is chosen: "
                               "write it as `defaults: {n: ...}` outside of gateways");
    }
    LIMN_TRY(read_default(*which, inner, defaults));
    settings.origins[inner.key] = inner.origin();
    return {};
  };
  LIMN_TRY(read_map(value, "a map, such as {quality: high}", names, read));
  if (const auto why = contradiction(defaults); !why.empty()) {
    return value.failure(why);
  }
  return {};
}

std::string contradiction(const JobDefaults& defaults)
{
  const auto format = defaults.output_format.value_or("");
  if (format == "jpeg" && defaults.background == "transparent") {
    return "jpeg has no transparent background: take png or webp";
  }
  if (format == "png" && defaults.output_compression.value_or(k_no_loss) >= 0
      && defaults.output_compression.value_or(k_no_loss) < k_no_loss) {
    return "png takes no compression: take jpeg or webp, or leave the compression out";
  }
  return {};
}

} // namespace limn
