#include "config_sources/common/hermes.hpp"

#include "config_sources/common/yaml_access.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace limn::host_files {

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

// The member of that name; of a text that holds JSON, what it holds.
YAML::Node section(const YAML::Node& root, std::string_view name, std::vector<std::string>& remarks)
{
  auto node = member(root, name);
  const auto text = text_of(node);
  if (!text.starts_with('[') && !text.starts_with('{')) {
    return node;
  }
  try {
    return parse_yaml(text);
  } catch (const ParseFault&) {
    remarks.push_back(std::string(name) + " is a text that holds too much: it is left out");
    return YAML::Node(YAML::NodeType::Undefined);
  } catch (const YAML::Exception&) { // what it says is text of the file, which may be a key
    remarks.push_back(std::string(name) + " is a text that holds no whole JSON: it is left out");
    return YAML::Node(YAML::NodeType::Undefined);
  }
}

} // namespace

std::vector<WrittenGateway> hermes_gateways(const YAML::Node& root,
                                            std::vector<std::string>& remarks)
{
  std::vector<WrittenGateway> gateways;
  add(section(root, "model", remarks), "model", "hermes", {"base_url"}, gateways);
  add(section(section(root, "auxiliary", remarks), "vision", remarks), "auxiliary.vision",
      "hermes-vision", {"base_url"}, gateways);
  for (const auto& [id, provider] : members(section(root, "providers", remarks))) {
    add(provider, "providers." + id, id, {"base_url", "api", "url"}, gateways);
  }
  const auto custom = section(root, "custom_providers", remarks);
  if (custom.IsDefined() && custom.IsSequence()) {
    std::size_t index = 0;
    for (const auto& provider : custom) {
      add(provider, "custom_providers[" + std::to_string(index++) + "]",
          text_of(member(provider, "name")), {"base_url"}, gateways);
    }
  }
  return gateways;
}

bool is_of_a_hermes_gateway(std::string_view path)
{
  const auto top = path.substr(0, path.find_first_of(".["));
  return top == "model" || top == "providers" || top == "custom_providers" || path == "auxiliary"
         || path.starts_with("auxiliary.vision");
}

void collect_hermes(const sdk::Host& host, FileReading& reading)
{
  auto home = host.env("HERMES_HOME").value_or("");
  if (home.empty()) {
    home = "~/.hermes";
  }
  if (!is_trustworthy_place(home)) {
    reading.warn("HERMES_HOME is not used: it is not an absolute path");
    return;
  }
  while (home.ends_with('/')) {
    home.pop_back();
  }
  const auto secrets = reading.variables_of(home + "/.env");
  const Lookup lookup = [&](std::string_view name) {
    const auto secret = secrets.find(name);
    return secret != secrets.end() && !secret->second.empty() ? secret->second : host.env(name);
  };
  reading.gateways_of(home + "/config.yaml", {parse_yaml, hermes_gateways, is_of_a_hermes_gateway},
                      {lookup, {}});
}

} // namespace limn::host_files
