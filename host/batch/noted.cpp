#include "batch/noted.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <cmath>

namespace limn {

std::vector<NotedImage> images_of(const rapidjson::Value* images)
{
  std::vector<NotedImage> noted;
  if (images == nullptr || !images->IsArray()) {
    return noted;
  }
  for (const auto& image : images->GetArray()) {
    const std::string path(string_or_empty(member(image, "path")));
    if (path.empty()) {
      continue;
    }
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    image.Accept(writer);
    noted.push_back({path, buffer.GetString()});
  }
  return noted;
}

Cost cost_of(const rapidjson::Value* cost)
{
  Cost read;
  if (cost != nullptr && cost->IsNull()) {
    read.basis = Cost::Basis::unknown;
  }
  const auto* usd = cost == nullptr ? nullptr : member(*cost, "usd");
  if (usd == nullptr) {
    return read;
  }
  constexpr std::array bases{Cost::Basis::usage, Cost::Basis::estimate, Cost::Basis::bound,
                             Cost::Basis::unknown};
  const auto basis = string_or_empty(member(*cost, "basis"));
  for (const auto one : bases) {
    if (to_string(one) == basis) {
      read.basis = one;
    }
  }
  if (usd->IsNumber()) {
    read.amount = std::llround(usd->GetDouble() * static_cast<double>(k_usd));
  }
  return read;
}

int number_of(const rapidjson::Value* value)
{
  return value != nullptr && value->IsInt() ? value->GetInt() : 0;
}

} // namespace limn
