#pragma once

#include "common/image_answer.hpp"
#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <memory>
#include <string_view>

namespace limn::openai_images {

// One attempt: a single request, and an answer that is one JSON document or a stream of events.
class ImagesDialogue : public sdk::OneRequestDialogue
{
public:
  ImagesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway);

private:
  void read(const sdk::Event& event, sdk::Results& results) override;
  void end(const sdk::Event& event) override;
  bool report_images(const plugins::Json& message, std::string_view type, sdk::Results& results);
  void report_usage(const plugins::Json& message, sdk::Results& results) const;

  sdk::Host m_host;
  bool m_has_inputs;
  bool m_may_be_cut = false; // what came so far does not say by itself that it is whole
  int m_image_count = 0;
  plugins::Words m_words;
};

// The Images API: POST /images/generations, and /images/edits for jobs with input images.
class OpenAiImages
{
public:
  OpenAiImages(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  std::unique_ptr<ImagesDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
};

} // namespace limn::openai_images
