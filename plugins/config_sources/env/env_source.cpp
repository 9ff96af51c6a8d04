#include "config_sources/env/env_source.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace limn::env_source {

namespace {

constexpr std::string_view k_openai_url = "https://api.openai.com/v1";

} // namespace

EnvSource::EnvSource(sdk::Host host, const sdk::Settings& settings) : m_host(host)
{
  if (!settings.items().empty()) {
    throw sdk::Failure(LIMN_SETTINGS,
                       "env has no setting '" + settings.items().front().first + "'");
  }
}

void EnvSource::collect(sdk::Gateways& gateways)
{
  if (add_openai(gateways)) {
    add_clawto(gateways);
  }
}

// Without the blanks and line breaks that come with a value read from a file.
std::string EnvSource::variable(std::string_view name) const
{
  constexpr std::string_view blanks = " \t\r\n";
  const auto value = m_host.env(name).value_or("");
  const auto begin = value.find_first_not_of(blanks);
  if (begin == std::string::npos) {
    return {};
  }
  return value.substr(begin, value.find_last_not_of(blanks) - begin + 1);
}

bool EnvSource::add_openai(sdk::Gateways& gateways) const
{
  sdk::FoundGateway gateway;
  gateway.name = "openai";
  gateway.api_key = variable("OPENAI_API_KEY");
  // The second is the name that the first one had before 2023.
  for (const auto* name : {"OPENAI_BASE_URL", "OPENAI_API_BASE"}) {
    if (gateway.base_url.empty()) {
      gateway.base_url = variable(name);
      gateway.origin = std::string("env:") + name;
    }
  }
  if (gateway.base_url.empty()) {
    if (gateway.api_key.empty()) {
      return true;
    }
    gateway.base_url = k_openai_url;
    gateway.origin = "env:OPENAI_API_KEY";
  }
  if (gateway.api_key.empty()) {
    gateway.problem = "OPENAI_API_KEY is not set";
  }
  constexpr std::pair<const char*, const char*> headers[] = {
    {"OPENAI_ORG_ID", "OpenAI-Organization"}, {"OPENAI_PROJECT_ID", "OpenAI-Project"}};
  for (const auto& [name, header] : headers) {
    if (auto value = variable(name); !value.empty()) {
      gateway.headers.emplace_back(header, std::move(value));
    }
  }
  return gateways.add(gateway);
}

bool EnvSource::add_clawto(sdk::Gateways& gateways) const
{
  sdk::FoundGateway gateway;
  gateway.name = "clawto";
  gateway.base_url = variable("CLAWTO_BASE_URL");
  gateway.api_key = variable("CLAWTO_API_KEY");
  gateway.origin = "env:CLAWTO_BASE_URL";
  if (gateway.base_url.empty()) {
    if (!gateway.api_key.empty()) {
      // A key goes only to the URL that it was found with.
      m_host.log(LIMN_LOG_WARNING, "CLAWTO_API_KEY is not used: CLAWTO_BASE_URL is not set");
    }
    return true;
  }
  if (gateway.api_key.empty()) {
    gateway.problem = "CLAWTO_API_KEY is not set";
  }
  return gateways.add(gateway);
}

} // namespace limn::env_source
