#pragma once

#include "common/images_dialogue.hpp"

#include <limn/sdk.hpp>

#include <memory>

namespace limn::azure_images {

// The Images API as Azure OpenAI has it: the model is the name of a deployment, which stands in the
// path unless the base URL ends with /v1; the key goes in the header api-key; the setting
// `api_version` of a gateway is a parameter of the query.
class AzureImages
{
public:
  AzureImages(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  sdk::Terms terms(const sdk::Gateway& gateway) const;
  std::unique_ptr<plugins::ImagesDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
};

} // namespace limn::azure_images
