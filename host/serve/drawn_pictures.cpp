#include "serve/drawn_pictures.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace limn {

namespace {

using Json = rapidjson::Value;

std::string header_text(std::string_view text)
{
  std::string safe(text);
  std::ranges::replace_if(
    safe, [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

std::optional<Usage> usage_told(const Json& report)
{
  const auto* usage = member(report, "usage");
  const auto count = [&](std::string_view name) -> std::int64_t {
    const auto* value = usage != nullptr ? member(*usage, name) : nullptr;
    return value != nullptr && value->IsInt64() ? std::max<std::int64_t>(0, value->GetInt64()) : 0;
  };
  const Usage told{count("input_text_tokens"), count("input_image_tokens"),
                   count("output_text_tokens"), count("output_image_tokens"),
                   count("total_tokens")};
  return told.total_tokens > 0 ? std::optional(told) : std::nullopt;
}

// In the order of the report; without one, its process was gone at the end.
std::vector<DrawnPicture> drawn_by(const KeptJob& job, const Json& report)
{
  std::vector<DrawnPicture> all;
  const auto* images = member(report, "images");
  if (images != nullptr && images->IsArray()) {
    for (const auto& image : images->GetArray()) {
      const std::filesystem::path path(string_or_empty(member(image, "path")));
      if (contains(job.images, path)) {
        all.push_back({path,
                       {},
                       std::string(string_or_empty(member(image, "format"))),
                       std::string(string_or_empty(member(image, "revised_prompt")))});
      }
    }
  }
  for (const auto& path : job.images) {
    if (std::ranges::find(all, path, &DrawnPicture::path) == all.end()) {
      all.push_back({path, {}, {}, {}});
    }
  }
  return all;
}

HeaderList headers_for(const KeptJob& job, const Json& report, std::size_t count)
{
  HeaderList headers;
  const auto tell = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      headers.emplace_back(name, header_text(value));
    }
  };
  const auto* gateway = member(report, "gateway");
  tell("x-limn-gateway", gateway != nullptr ? string_or_empty(member(*gateway, "name")) : "");
  tell("x-limn-model", string_or_empty(member(report, "model")));
  const auto* attempts = member(report, "attempts");
  if (attempts != nullptr && attempts->IsArray()) {
    tell("x-limn-attempts", std::to_string(attempts->Size()));
  }
  if (job.cost.is_known()) {
    tell("x-limn-cost-usd", usd_json(job.cost.amount));
  }
  if (std::cmp_less(count, job.wanted)) {
    tell("x-limn-partial", fmt::format("{}/{}", count, job.wanted));
  }
  return headers;
}

} // namespace

Result<DrawnPictures> DrawnPictures::of(const KeptJob& job)
{
  const auto parsed = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  const Json none(rapidjson::kObjectType);
  const auto& report = parsed ? static_cast<const Json&>(*parsed) : none;
  DrawnPictures drawn;
  drawn.job = job.id;
  drawn.created =
    std::chrono::duration_cast<std::chrono::seconds>(job.changed.time_since_epoch()).count();
  drawn.model = string_or_empty(member(report, "model"));
  if (const auto* size = member(report, "size"); size != nullptr) {
    drawn.size = string_or_empty(member(*size, "received"));
  }
  drawn.usage = usage_told(report);
  for (auto& picture : drawn_by(job, report)) {
    if (auto file = PictureFile::open(picture.path)) {
      picture.file = std::move(*file);
      drawn.pictures.push_back(std::move(picture));
    }
  }
  if (drawn.pictures.empty()) {
    return fail(FailureClass::not_saved, "its files are not there any more");
  }
  drawn.headers = headers_for(job, report, drawn.pictures.size());
  return drawn;
}

} // namespace limn
