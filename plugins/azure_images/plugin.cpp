#include "azure_images/azure_images.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("azure_images", "0.1.0", "limn",
            limn::sdk::provider<limn::azure_images::AzureImages>(
              "azure_images", "Azure OpenAI images",
              "the Images API by deployments, with the key in api-key"))
