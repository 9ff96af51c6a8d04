#include "batch/manifest_line.hpp"

#include "engine/jobs.hpp"
#include "job/envelope.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace limn {

namespace {

ItemState item_state(JobState state)
{
  switch (state) {
  case JobState::done:
    return ItemState::done;
  case JobState::unknown:
    return ItemState::unknown;
  default:
    return ItemState::failed;
  }
}

} // namespace

std::string line_of(const ManifestLine& line)
{
  JsonWriter json;
  json.begin_object();
  json.member("id", line.id);
  json.member("line", static_cast<std::int64_t>(line.line));
  json.member("digest", line.digest);
  json.member("state", to_string(line.state));
  json.key("images");
  json.begin_array();
  for (const auto& image : line.images) {
    json.raw(image.json);
  }
  json.end_array();
  if (line.failure) {
    json.key("error");
    write_error(json, *line.failure);
  }
  json.key("cost");
  write_cost(json, line.cost);
  if (line.outcome != nullptr && !line.outcome->images.empty()) {
    write_source(json, *line.outcome);
  }
  if (line.outcome != nullptr) {
    write_attempts(json, *line.outcome);
  }
  json.member("time", fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))));
  json.end_object();
  return json.str();
}

ManifestLine line_at_end(const InFlight& item, const JobOutcome& outcome)
{
  ManifestLine line;
  line.id = item.id;
  line.line = item.line;
  line.digest = item.digest;
  line.state = item_state(state_of(outcome));
  line.images = item.images;
  std::ranges::transform(outcome.images, std::back_inserter(line.images), noted);
  line.failure = outcome.failure;
  line.cost = outcome.cost;
  line.outcome = &outcome;
  return line;
}

NotedImage noted(const SavedImage& image)
{
  JsonWriter json;
  write_image(json, image);
  return {image.path, json.str()};
}

} // namespace limn
