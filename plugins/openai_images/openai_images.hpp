#pragma once

#include "common/images_dialogue.hpp"

#include <limn/sdk.hpp>

#include <memory>

namespace limn::openai_images {

// The Images API: POST /images/generations, and /images/edits for jobs with input images.
class OpenAiImages
{
public:
  OpenAiImages(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  std::unique_ptr<plugins::ImagesDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
};

} // namespace limn::openai_images
