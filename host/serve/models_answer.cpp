#include "serve/models_answer.hpp"

#include "base/json_writer.hpp"

namespace limn {

namespace {

void write_model(JsonWriter& json, std::string_view id)
{
  json.begin_object();
  json.member("id", id);
  json.member("object", "model");
  json.member("created", std::int64_t{0}); // nobody knows
  json.member("owned_by", "limn");
  json.end_object();
}

} // namespace

std::string models_json(const std::vector<std::string>& models)
{
  JsonWriter json;
  json.begin_object();
  json.member("object", "list");
  json.key("data");
  json.begin_array();
  for (const auto& model : models) {
    write_model(json, model);
  }
  json.end_array();
  json.end_object();
  return json.str();
}

std::string model_json(std::string_view model)
{
  JsonWriter json;
  write_model(json, model);
  return json.str();
}

} // namespace limn
