#pragma once

#include "base/json.hpp"
#include "model/cost.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace limn {

// What the manifest and the journal of a batch have in common: values of JSON as they note them.

// A saved image: its path, and all of it as JSON.
struct NotedImage {
  std::filesystem::path path;
  std::string json;
};

// Nothing where `images` is null or no list of images.
std::vector<NotedImage> images_of(const rapidjson::Value* images);

// As write_cost writes it; no cost at all where there is no such member.
Cost cost_of(const rapidjson::Value* cost);

// The number, or 0.
int number_of(const rapidjson::Value* value);

} // namespace limn
