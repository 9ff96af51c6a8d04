#pragma once

#include "config_sources/common/field_path.hpp"
#include "config_sources/common/file_reading.hpp"

#include <limn/sdk.hpp>

#include <optional>
#include <string>
#include <vector>

namespace limn::config_yaml {

// A pair of fields that make gateways, as the user's settings name it.
struct FieldPair {
  host_files::FieldPath base_url;
  std::optional<host_files::FieldPath> api_key;
  std::optional<host_files::FieldPath> key_variable; // a field that holds the name of a variable
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
  void collect_file(const UserFile& file, host_files::FileReading& reading) const;

  sdk::Host m_host;
  std::vector<UserFile> m_files;
};

} // namespace limn::config_yaml
