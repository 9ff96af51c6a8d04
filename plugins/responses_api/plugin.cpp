#include "responses_api/responses_api.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("responses_api", "0.1.0", "limn",
            limn::sdk::provider<limn::responses_api::ResponsesApi>(
              "responses_api", "Responses API",
              "POST /responses, where a chat model calls the image_generation tool"))
