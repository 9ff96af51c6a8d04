#pragma once

#include <limn/sdk.hpp>

namespace limn::env_source {

// Gateways of the process environment: OPENAI_* as OpenAI's own libraries read them, then CLAWTO_*.
// A variable that is empty counts as unset.
class EnvSource
{
public:
  EnvSource(sdk::Host host, const sdk::Settings& settings);

  void collect(sdk::Gateways& gateways);

private:
  std::string variable(std::string_view name) const;
  bool add_openai(sdk::Gateways& gateways) const;
  bool add_clawto(sdk::Gateways& gateways) const;

  sdk::Host m_host;
};

} // namespace limn::env_source
