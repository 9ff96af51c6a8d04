#pragma once

#include <limn/sdk.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace limn::chat_completions {

// What differs from gateway to gateway.
struct Manner {
  std::vector<std::string> modalities{"image", "text"}; // empty: not sent
  bool sends_image_config = true;
  bool streams = false;
};

// The prompt, and the input images, as one message of the user.
sdk::Request chat_request(const sdk::Job& job, const sdk::Gateway& gateway, const Manner& manner);

} // namespace limn::chat_completions
