#include "responses_api/responses_api.hpp"

#include "common/settings.hpp"

#include <string>
#include <utility>

namespace limn::responses_api {

using plugins::Delivery;

namespace {

Delivery delivery_of(std::string_view setting)
{
  return plugins::is_on("responses_api", "stream", setting) ? Delivery::stream : Delivery::whole;
}

} // namespace

ResponsesDialogue::ResponsesDialogue(sdk::Host host, const sdk::Job& job,
                                     const sdk::Gateway& gateway,
                                     const plugins::ResponsesManner& manner)
  : OneRequestDialogue(plugins::responses_request(job, gateway, manner)), m_answer(host)
{
}

ResponsesApi::ResponsesApi(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_settings(settings)
{
  plugins::refuse_unknown(settings, "responses_api", {"host_model", "stream"});
  delivery_of(settings.get_or("stream", "true"));
}

sdk::Capabilities ResponsesApi::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM, 1};
}

std::unique_ptr<ResponsesDialogue> ResponsesApi::open(const sdk::Job& job,
                                                      const sdk::Gateway& gateway)
{
  const auto setting = [&](std::string_view key, std::string_view fallback) {
    return gateway.setting(key).value_or(m_settings.get_or(key, fallback));
  };
  const plugins::ResponsesManner manner{setting("host_model", plugins::k_default_host_model),
                                        delivery_of(setting("stream", "true"))};
  return std::make_unique<ResponsesDialogue>(m_host, job, gateway, manner);
}

} // namespace limn::responses_api
