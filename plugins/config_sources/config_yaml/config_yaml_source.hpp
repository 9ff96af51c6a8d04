#pragma once

#include "config_sources/config_yaml/field_path.hpp"
#include "config_sources/config_yaml/written_gateway.hpp"

#include <limn/sdk.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::config_yaml {

// A pair of fields that make gateways, as the user's settings name it.
struct FieldPair {
  FieldPath base_url;
  std::optional<FieldPath> api_key;
  std::optional<FieldPath> key_variable; // a field that holds the name of a variable
};

// A file that the user's settings name.
struct UserFile {
  std::string path;
  std::string name;
  std::vector<FieldPair> fields;
};

// Gateways of the YAML (or JSON) files of AI hosts: Hermes' own, then those of the settings:
//
//   files:
//     - path: ~/.config/app/config.yaml
//       name: app
//       fields: [{base_url: clients[].api_base, api_key: clients[].api_key}]
//
// Instead of `api_key` a pair may say `api_key_env_field`; with neither, the key is looked for
// beside the base URL.
class ConfigYamlSource
{
public:
  ConfigYamlSource(sdk::Host host, const sdk::Settings& settings);

  // Adds what every file gives, then reports the first file that could not be read.
  void collect(sdk::Gateways& gateways);

private:
  // How a file of one kind is read.
  struct Reader {
    std::function<std::vector<WrittenGateway>(const YAML::Node& root,
                                              std::vector<std::string>& remarks)>
      gateways;
    std::function<bool(std::string_view path)> is_read; // what lies there
  };

  struct Collection;
  void collect_hermes(Collection& collection) const;
  void collect_file(const UserFile& file, Collection& collection) const;
  void collect_from(const std::string& path, const Reader& read, const Lookup& lookup,
                    Collection& collection) const;
  void tell_doubled_keys(const YAML::Node& root, const Reader& read, const std::string& file) const;
  std::string shown(const std::string& path) const;

  sdk::Host m_host;
  std::vector<UserFile> m_files;
};

} // namespace limn::config_yaml
