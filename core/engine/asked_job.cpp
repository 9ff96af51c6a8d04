#include "engine/asked_job.hpp"

#include "price/model_id.hpp"

#include <array>
#include <optional>
#include <string>

namespace limn {

namespace {

// Those of a gateway first.
using Levels = std::array<const JobDefaults*, 2>;

// What was said, else the first default; empty where that leaves it to the gateway.
std::string first_of(const std::string& said, const Levels& levels,
                     std::optional<std::string> JobDefaults::*word)
{
  if (!said.empty()) {
    return said;
  }
  for (const auto* level : levels) {
    if (level->*word) {
      return *(level->*word);
    }
  }
  return {};
}

std::string quality_of(const Job& job, const Levels& levels, std::string_view model)
{
  auto quality = first_of(job.quality, levels, &JobDefaults::quality);
  if (!job.quality.empty() || !is_of_family(model, "gpt-image")) {
    return quality;
  }
  return quality == "hd" ? "high" : quality == "standard" ? "medium" : quality;
}

// JPEG has no transparency: of the two the one that was said nearer to the job holds, and the
// format before the background.
void fill_in_format(Job& job, const Levels& levels)
{
  const auto job_loses = [&] { return job.output_compression.value_or(k_no_loss) < k_no_loss; };
  bool has_format = !job.output_format.empty();
  bool has_background = !job.background.empty();
  for (const auto* level : levels) {
    if (!has_format && level->output_format) {
      const auto& format = *level->output_format;
      const bool fits =
        !(format == "jpeg" && job.background == "transparent") && !(format == "png" && job_loses());
      job.output_format = fits ? format : "";
      has_format = fits;
    }
    if (!has_background && level->background) {
      const bool fits = !(*level->background == "transparent" && job.output_format == "jpeg");
      job.background = fits ? *level->background : "";
      has_background = fits;
    }
  }
}

void fill_in_compression(Job& job, const Levels& levels)
{
  if (job.output_compression || job.output_format.empty() || job.output_format == "png") {
    return;
  }
  for (const auto* level : levels) {
    if (level->output_compression) {
      if (*level->output_compression >= 0) {
        job.output_compression = level->output_compression;
      }
      return;
    }
  }
}

std::string size_of(const Job& job, const Levels& levels)
{
  if (!job.size.empty()) {
    return job.size;
  }
  for (const auto* level : levels) {
    if (level->size) {
      return level->size->size;
    }
  }
  return std::string(k_usual_size);
}

} // namespace

Job asked_job(const Job& job, const Gateway& gateway, std::string_view model,
              const Settings& settings)
{
  const Levels levels{&gateway.defaults, &settings.defaults};
  auto asked = job;
  asked.count = wanted_count(job, settings);
  asked.size = size_of(job, levels);
  asked.quality = quality_of(job, levels, model);
  asked.moderation = first_of(job.moderation, levels, &JobDefaults::moderation);
  fill_in_format(asked, levels);
  fill_in_compression(asked, levels);
  return asked;
}

int wanted_count(const Job& job, const Settings& settings)
{
  return job.count > 0 ? job.count : settings.defaults.count.value_or(k_usual_count);
}

} // namespace limn
