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

// The aspect ratio nearest to a size such as "1536x1024", in the words of those gateways that know
// any: "3:2". Empty where none is near, or for no such size.
std::string_view aspect_ratio_of(std::string_view size);

// The prompt, and the input images, as one message of the user.
sdk::Request chat_request(const sdk::Job& job, const sdk::Gateway& gateway, const Manner& manner);

} // namespace limn::chat_completions
