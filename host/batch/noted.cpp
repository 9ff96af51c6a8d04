#include "batch/noted.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

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

int number_of(const rapidjson::Value* value)
{
  return value != nullptr && value->IsInt() ? value->GetInt() : 0;
}

} // namespace limn
