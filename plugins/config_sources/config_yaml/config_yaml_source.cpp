#include "config_sources/config_yaml/config_yaml_source.hpp"

#include "config_sources/common/hermes.hpp"
#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <utility>

namespace limn::config_yaml {

using namespace host_files;

namespace {

// --- Settings: "files.0.fields.1.base_url" ---

class SettingsReader
{
public:
  explicit SettingsReader(const sdk::Settings& settings) : m_settings(settings) {}

  std::vector<UserFile> files()
  {
    std::vector<UserFile> files;
    for (std::size_t i = 0; has("files." + std::to_string(i) + "."); ++i) {
      files.push_back(file("files." + std::to_string(i) + "."));
    }
    refuse_the_rest();
    return files;
  }

private:
  UserFile file(const std::string& prefix)
  {
    UserFile file;
    file.path = take(prefix + "path").value_or("");
    file.name = take(prefix + "name").value_or("");
    if (!is_trustworthy_place(file.path)) {
      throw sdk::Failure(LIMN_SETTINGS,
                         "config_yaml: " + prefix + "path must be absolute or begin with ~/");
    }
    for (std::size_t i = 0; has(prefix + "fields." + std::to_string(i) + "."); ++i) {
      file.fields.push_back(pair(prefix + "fields." + std::to_string(i) + "."));
    }
    if (file.fields.empty()) {
      throw sdk::Failure(LIMN_SETTINGS, "config_yaml: " + prefix + "fields is missing",
                         "a pair of base_url and api_key says where to look in the file");
    }
    return file;
  }

  FieldPair pair(const std::string& prefix)
  {
    const auto base_url = path(prefix + "base_url");
    if (!base_url) {
      throw sdk::Failure(LIMN_SETTINGS, "config_yaml: " + prefix + "base_url is missing");
    }
    FieldPair pair{*base_url, path(prefix + "api_key"), path(prefix + "api_key_env_field")};
    for (const auto* key : {&pair.api_key, &pair.key_variable}) {
      if (*key && (*key)->wildcard_count() > base_url->wildcard_count()) {
        throw sdk::Failure(LIMN_SETTINGS,
                           "config_yaml: " + prefix.substr(0, prefix.size() - 1)
                             + ": the path of the key has more [] or * than that of base_url",
                           "each of them stands for the same element as in base_url");
      }
    }
    return pair;
  }

  std::optional<FieldPath> path(const std::string& key)
  {
    const auto text = take(key);
    if (!text) {
      return std::nullopt;
    }
    auto path = FieldPath::parse(*text);
    if (!path) {
      throw sdk::Failure(LIMN_SETTINGS, "config_yaml: " + key + ": '" + *text + "' is no path",
                         "write it like clients[].api_base or providers.*.url");
    }
    return path;
  }

  bool has(const std::string& prefix) const
  {
    return std::any_of(m_settings.items().begin(), m_settings.items().end(),
                       [&](const auto& item) { return item.first.starts_with(prefix); });
  }

  std::optional<std::string> take(const std::string& key)
  {
    m_known.push_back(key);
    return m_settings.get(key);
  }

  void refuse_the_rest() const
  {
    for (const auto& [key, value] : m_settings.items()) {
      if (std::find(m_known.begin(), m_known.end(), key) == m_known.end()) {
        throw sdk::Failure(LIMN_SETTINGS, "config_yaml has no setting '" + key + "'",
                           "a file has path, name, and fields with base_url, api_key, "
                           "api_key_env_field");
      }
    }
  }

  const sdk::Settings& m_settings;
  std::vector<std::string> m_known;
};

// --- Files ---

std::vector<WrittenGateway> gateways_of_pair(const FieldPair& pair, const std::string& name,
                                             const YAML::Node& root,
                                             std::vector<std::string>& remarks)
{
  std::vector<WrittenGateway> gateways;
  for (const auto& url : pair.base_url.find_all(root, remarks)) {
    WrittenGateway written;
    written.base_url = text_of(url.node);
    if (written.base_url.empty() || speaks_other_protocol(url.parent)) {
      continue;
    }
    written.name = name;
    written.field = url.field;
    written.where = url.where.empty() ? url.field : url.where;
    read_credentials(url.parent, written);
    const auto replace = [&](const std::optional<FieldPath>& path, std::string& text) {
      if (path) {
        const auto found = path->find(root, url.chosen);
        text = found ? text_of(found->node) : std::string();
      }
    };
    // A path that the user gave is where the key is; what else lies beside the URL is then not
    // meant.
    if (pair.api_key || pair.key_variable) {
      written.api_key.clear();
      written.key_variable.clear();
    }
    replace(pair.api_key, written.api_key);
    replace(pair.key_variable, written.key_variable);
    gateways.push_back(std::move(written));
  }
  return gateways;
}

} // namespace

ConfigYamlSource::ConfigYamlSource(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_files(SettingsReader(settings).files())
{
}

void ConfigYamlSource::collect(sdk::Gateways& gateways)
{
  FileReading reading(m_host, gateways);
  collect_hermes(m_host, reading);
  for (const auto& file : m_files) {
    collect_file(file, reading);
  }
  reading.tell();
}

void ConfigYamlSource::collect_file(const UserFile& file, FileReading& reading) const
{
  const auto gateways = [&](const YAML::Node& root, std::vector<std::string>& remarks) {
    std::vector<WrittenGateway> found;
    for (const auto& pair : file.fields) {
      for (auto& gateway : gateways_of_pair(pair, file.name, root, remarks)) {
        found.push_back(std::move(gateway));
      }
    }
    return found;
  };
  reading.gateways_of(file.path, {parse_yaml, gateways, [](std::string_view) { return true; }},
                      {[&](std::string_view name) { return m_host.env(name); }, {}});
}

} // namespace limn::config_yaml
