#include "openai_images/openai_images.hpp"

#include "common/images_request.hpp"

namespace limn::openai_images {

OpenAiImages::OpenAiImages(sdk::Host host, const sdk::Settings& settings) : m_host(host)
{
  if (!settings.items().empty()) {
    throw sdk::Failure(LIMN_SETTINGS,
                       "openai_images has no setting '" + settings.items().front().first + "'",
                       "response_format goes into the settings of a gateway");
  }
}

sdk::Capabilities OpenAiImages::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM,
          plugins::k_most_images};
}

std::unique_ptr<plugins::ImagesDialogue> OpenAiImages::open(const sdk::Job& job,
                                                            const sdk::Gateway& gateway)
{
  return std::make_unique<plugins::ImagesDialogue>(m_host, job, gateway,
                                                   plugins::images_request(job, gateway));
}

} // namespace limn::openai_images
