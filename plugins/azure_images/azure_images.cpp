#include "azure_images/azure_images.hpp"

#include "common/images_request.hpp"
#include "common/path_segment.hpp"

#include <string>
#include <string_view>

namespace limn::azure_images {

namespace {

// The newest that the documents of Azure name for images by deployments; /v1 does without one.
constexpr std::string_view k_usual_version = "2025-04-01-preview";

// What people copy from Azure's pages, each with its paths behind it.
enum class Place {
  resource,   // https://R.openai.azure.com
  openai,     // .../openai
  deployment, // .../openai/deployments/NAME
  v1,         // .../openai/v1: the model stands in the body
};

Place place_of(const sdk::Gateway& gateway)
{
  const std::string_view url = gateway.base_url;
  return url.ends_with("/v1")                                         ? Place::v1
         : url.ends_with("/openai")                                   ? Place::openai
         : url.find("/openai/deployments/") != std::string_view::npos ? Place::deployment
                                                                      : Place::resource;
}

// "?api-version=...", or nothing where none is said and none is needed.
std::string query_of(const sdk::Gateway& gateway)
{
  const auto usual = place_of(gateway) == Place::v1 ? std::string_view() : k_usual_version;
  const auto version = gateway.setting("api_version").value_or(std::string(usual));
  if (version.empty()) {
    return {};
  }
  if (!plugins::is_path_segment(version)) {
    throw sdk::Failure(LIMN_SETTINGS,
                       "the setting api_version of " + gateway.name + " is '" + version + "'",
                       "it is a date, such as 2025-04-01-preview, or preview");
  }
  return "?api-version=" + version;
}

// Azure's pages show the whole address of an endpoint.
void refuse_endpoint(const sdk::Gateway& gateway)
{
  for (const std::string_view endpoint : {"/images/generations", "/images/edits"}) {
    if (gateway.base_url.ends_with(endpoint)) {
      throw sdk::Failure(LIMN_SETTINGS,
                         "the base URL of " + gateway.name + " ends with " + std::string(endpoint),
                         "give the part before it");
    }
  }
}

// What stands between the base URL and the path of OpenAI.
std::string deployment_of(const sdk::Gateway& gateway)
{
  const auto place = place_of(gateway);
  if (place == Place::v1 || place == Place::deployment) {
    return {};
  }
  if (!plugins::is_path_segment(gateway.model)) {
    throw sdk::Failure(LIMN_MODEL, "no deployment has the name '" + gateway.model + "'",
                       "the model is the name of the deployment: say `model:` of this gateway");
  }
  return (place == Place::resource ? "/openai/deployments/" : "/deployments/") + gateway.model;
}

} // namespace

AzureImages::AzureImages(sdk::Host host, const sdk::Settings& settings) : m_host(host)
{
  if (!settings.items().empty()) {
    throw sdk::Failure(LIMN_SETTINGS,
                       "azure_images has no setting '" + settings.items().front().first + "'",
                       "api_version goes into the settings of a gateway");
  }
}

sdk::Capabilities AzureImages::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM
            | LIMN_TAKES_BARE_BASE_URL,
          plugins::k_most_images};
}

// Its list is of models that could be deployed, not of deployments.
sdk::Terms AzureImages::terms(const sdk::Gateway& gateway) const
{
  const auto place = place_of(gateway);
  sdk::Terms terms;
  terms.flags = place == Place::deployment ? LIMN_TERMS_NO_LIST : LIMN_TERMS_KEY_CHECK;
  terms.key_header = "api-key";
  terms.models_path = (place == Place::resource ? "/openai/models" : "/models") + query_of(gateway);
  return terms;
}

std::unique_ptr<plugins::ImagesDialogue> AzureImages::open(const sdk::Job& job,
                                                           const sdk::Gateway& gateway)
{
  refuse_endpoint(gateway);
  auto request = plugins::images_request(job, gateway);
  request.path = deployment_of(gateway) + request.path + query_of(gateway);
  return std::make_unique<plugins::ImagesDialogue>(m_host, job, gateway, std::move(request));
}

} // namespace limn::azure_images
