#include "serve/models_endpoint.hpp"

#include "base/contains.hpp"
#include "base/json_writer.hpp"
#include "serve/replies.hpp"

#include <fmt/format.h>

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

} // namespace

std::unique_ptr<RequestReceiver> ModelsEndpoint::take(ExchangeId id, const RequestHead& head,
                                                      const Caller& caller)
{
  const auto models = m_calls.models(caller);
  if (!models) {
    m_parts.replies.error(id, error_reply(models.error()));
    return nullptr;
  }
  if (head.path() == k_models_path) {
    m_parts.replies.json(id, models_json(*models));
    return nullptr;
  }
  const auto wanted = head.path().substr(k_models_path.size() + 1);
  if (!contains(*models, wanted)) {
    m_parts.replies.error(
      id, error_reply(Ending::model, fmt::format("The model '{}' does not exist.", wanted)));
    return nullptr;
  }
  JsonWriter json;
  write_model(json, wanted);
  m_parts.replies.json(id, json.str());
  return nullptr;
}

} // namespace limn
