#include "openai_images/openai_images.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("openai_images", "0.1.0", "limn",
            limn::sdk::provider<limn::openai_images::OpenAiImages>(
              "openai_images", "Images API",
              "POST /images/generations, and /images/edits for input images"))
