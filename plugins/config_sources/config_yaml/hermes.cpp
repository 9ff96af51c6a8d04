#include "config_sources/config_yaml/hermes.hpp"

#include "config_sources/config_yaml/yaml_access.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace limn::config_yaml {

namespace {

void add(const YAML::Node& scope, std::string where, std::string name,
         std::initializer_list<std::string_view> url_names, std::vector<WrittenGateway>& gateways)
{
  if (speaks_other_protocol(scope)) {
    return;
  }
  for (const auto url_name : url_names) {
    WrittenGateway written;
    written.base_url = text_of(member(scope, url_name));
    if (written.base_url.empty()) {
      continue;
    }
    written.field = where + "." + std::string(url_name);
    written.where = std::move(where);
    written.name = std::move(name);
    read_credentials(scope, written);
    gateways.push_back(std::move(written));
    return;
  }
}

} // namespace

std::vector<WrittenGateway> hermes_gateways(const YAML::Node& root)
{
  std::vector<WrittenGateway> gateways;
  add(member(root, "model"), "model", "hermes", {"base_url"}, gateways);
  add(member(member(root, "auxiliary"), "vision"), "auxiliary.vision", "hermes-vision",
      {"base_url"}, gateways);
  for (const auto& [id, provider] : members(member(root, "providers"))) {
    add(provider, "providers." + id, id, {"base_url", "api", "url"}, gateways);
  }
  const auto custom = member(root, "custom_providers");
  if (custom.IsDefined() && custom.IsSequence()) {
    std::size_t index = 0;
    for (const auto& provider : custom) {
      add(provider, "custom_providers[" + std::to_string(index++) + "]",
          text_of(member(provider, "name")), {"base_url"}, gateways);
    }
  }
  return gateways;
}

} // namespace limn::config_yaml
