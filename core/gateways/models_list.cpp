#include "gateways/models_list.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/failure_texts.hpp"
#include "base/json.hpp"
#include "base/nearest.hpp"
#include "failure/classify.hpp"
#include "price/model_id.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>

namespace limn {

namespace {

using rapidjson::Value;

const Value* array_or_null(const Value* value)
{
  return value != nullptr && value->IsArray() ? value : nullptr;
}

const Value* find_list(const Value& root, std::string_view told)
{
  if (!told.empty()) {
    const auto* value = &root;
    for (auto rest = told; value != nullptr && !rest.empty();) {
      const auto name = rest.substr(0, rest.find('/'));
      value = member(*value, name);
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    }
    return array_or_null(value);
  }
  if (root.IsArray()) {
    return &root;
  }
  for (const std::string_view name : {"data", "models", "result"}) {
    if (const auto* list = array_or_null(member(root, name))) {
      return list;
    }
  }
  const auto* outer = member(root, "data");
  return outer == nullptr ? nullptr : array_or_null(member(*outer, "data"));
}

std::string_view id_of(const Value& entry, std::string_view told)
{
  auto id = told.empty() ? string_or_empty(&entry) : string_or_empty(member(entry, told));
  for (const std::string_view name : {"id", "model", "slug", "name"}) {
    if (id.empty() && told.empty()) {
      id = string_or_empty(member(entry, name));
    }
  }
  constexpr std::string_view prefix = "models/"; // Google
  return id.starts_with(prefix) ? id.substr(prefix.size()) : id;
}

std::vector<std::string> ids_in(const Value& list, std::string_view told)
{
  std::vector<std::string> ids;
  std::unordered_set<std::string_view> seen; // borrowed from the document
  for (const auto& entry : list.GetArray()) {
    const auto id = id_of(entry, told);
    if (id.empty() || id.size() > k_max_model_id || !seen.insert(id).second) {
      continue;
    }
    if (ids.size() == k_max_models) {
      break;
    }
    ids.emplace_back(id);
  }
  return ids;
}

// Parts of the names of models that draw: those of the vendors that a relay lists most.
constexpr std::array<std::string_view, 22> k_drawing_names{
  "image",   "dall-e",   "dalle",   "flux",   "imagen", "stable-diffusion", "sdxl",     "sd3",
  "sd-",     "seedream", "kontext", "banana", "kolors", "midjourney",       "ideogram", "recraft",
  "hidream", "cogview",  "hunyuan", "wan2",   "photon", "playground"};

constexpr std::size_t k_most_near = 3;

} // namespace

Result<std::vector<std::string>> read_models_list(std::string_view body, int max_depth,
                                                  const GatewayTerms& terms)
{
  if (is_deeper_than(max_depth, body)) {
    return fail(FailureClass::server,
                "The list of models has more than " + std::to_string(max_depth)
                  + " levels of JSON (limits.max_json_depth).",
                how_to_raise("max_json_depth"));
  }
  const auto document = parse_json(body, max_depth);
  const auto* list = document ? find_list(*document, terms.models_list) : nullptr;
  auto ids = list == nullptr ? std::vector<std::string>() : ids_in(*list, terms.models_id);
  if (!ids.empty()) {
    return ids;
  }
  // The status is the caller's to judge: whatever it was, this is about what the body says.
  if (auto failure = classify({200, nullptr, body}, {}, std::chrono::system_clock::time_point())) {
    return fail(std::move(*failure));
  }
  if (list == nullptr) {
    return fail(FailureClass::endpoint, "The answer holds no list of models.",
                std::string(default_hint(FailureClass::endpoint)));
  }
  return ids;
}

bool draws_by_its_name(std::string_view id)
{
  const auto small = ascii_lower(id);
  return std::any_of(k_drawing_names.begin(), k_drawing_names.end(),
                     [&](std::string_view name) { return small.find(name) != std::string::npos; });
}

LikelyModels likely_models(std::span<const std::string> listed, std::span<const std::string> wanted,
                           std::size_t most)
{
  const std::vector<std::string_view> all(listed.begin(), listed.end());
  std::vector<std::string_view> drawing;
  std::ranges::copy_if(all, std::back_inserter(drawing), draws_by_its_name);
  LikelyModels likely;
  const auto add = [&](std::span<const std::string_view> ids) {
    for (const auto id : ids) {
      if (likely.ids.size() >= most) {
        return;
      }
      if (!contains(likely.ids, id)) {
        likely.ids.emplace_back(id);
      }
    }
  };
  for (const auto* const among :
       std::array<const std::vector<std::string_view>*, 2>{&drawing, &all}) {
    for (const auto& one : wanted) {
      add(likely.near == 0 ? nearest_ones(one, *among, k_most_near)
                           : std::vector<std::string_view>());
    }
    likely.near = likely.ids.size();
  }
  add(drawing);
  if (likely.ids.empty()) {
    add(all);
  }
  return likely;
}

std::optional<std::string> find_model(std::span<const std::string> listed, std::string_view wanted)
{
  if (wanted.empty()) {
    return std::nullopt;
  }
  for (const auto letter_case : {LetterCase::exact, LetterCase::ignored}) {
    const std::string* closest = nullptr;
    ModelForm closest_form;
    for (const auto& id : listed) {
      const auto found = form_of_model(id, wanted, letter_case);
      if (found && (closest == nullptr || is_closer(*found, closest_form))) {
        closest = &id;
        closest_form = *found;
      }
    }
    if (closest != nullptr) {
      return *closest;
    }
  }
  return std::nullopt;
}

} // namespace limn
