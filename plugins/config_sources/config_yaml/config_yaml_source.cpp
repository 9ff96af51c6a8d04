#include "config_sources/config_yaml/config_yaml_source.hpp"

#include "config_sources/config_yaml/hermes.hpp"
#include "config_sources/config_yaml/yaml_access.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace limn::config_yaml {

namespace {

constexpr std::size_t k_max_file_size = 1024 * 1024;
constexpr std::size_t k_max_doubled_keys_told = 5;

bool is_trustworthy_place(std::string_view path)
{
  return path.starts_with("/") || path.starts_with("~/");
}

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
                                             const YAML::Node& root)
{
  std::vector<WrittenGateway> gateways;
  for (const auto& url : pair.base_url.find_all(root)) {
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

// What happens during one call of collect().
struct ConfigYamlSource::Collection {
  sdk::Gateways& gateways;
  bool wants_more = true;
  std::optional<sdk::Failure> first_failure;

  void remember(const sdk::Failure& failure, const sdk::Host& host)
  {
    if (first_failure) {
      host.log(LIMN_LOG_WARNING, failure.message);
    } else {
      first_failure = failure;
    }
  }
};

ConfigYamlSource::ConfigYamlSource(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_files(SettingsReader(settings).files())
{
}

void ConfigYamlSource::collect(sdk::Gateways& gateways)
{
  Collection collection{gateways, true, std::nullopt};
  collect_hermes(collection);
  for (const auto& file : m_files) {
    collect_file(file, collection);
  }
  if (collection.first_failure) {
    throw *collection.first_failure;
  }
}

void ConfigYamlSource::collect_hermes(Collection& collection) const
{
  auto home = m_host.env("HERMES_HOME").value_or("");
  if (home.empty()) {
    home = "~/.hermes";
  }
  if (!is_trustworthy_place(home)) {
    m_host.log(LIMN_LOG_WARNING, "HERMES_HOME is not used: it is not an absolute path");
    return;
  }
  while (home.ends_with('/')) {
    home.pop_back();
  }

  std::map<std::string, std::string, std::less<>> secrets;
  try {
    secrets = parse_env_file(m_host.read_file(home + "/.env", k_max_file_size).value_or(""));
  } catch (const sdk::Failure& failure) {
    collection.remember(failure, m_host);
  }
  const Lookup lookup = [&](std::string_view name) {
    const auto secret = secrets.find(name);
    return secret != secrets.end() && !secret->second.empty() ? secret->second : m_host.env(name);
  };
  collect_from(home + "/config.yaml", {hermes_gateways, is_of_a_hermes_gateway}, lookup,
               collection);
}

void ConfigYamlSource::collect_file(const UserFile& file, Collection& collection) const
{
  const auto read = [&](const YAML::Node& root, std::vector<std::string>&) {
    std::vector<WrittenGateway> gateways;
    for (const auto& pair : file.fields) {
      for (auto& gateway : gateways_of_pair(pair, file.name, root)) {
        gateways.push_back(std::move(gateway));
      }
    }
    return gateways;
  };
  collect_from(
    file.path, {read, [](std::string_view) { return true; }},
    [&](std::string_view name) { return m_host.env(name); }, collection);
}

void ConfigYamlSource::collect_from(const std::string& path, const Reader& read,
                                    const Lookup& lookup, Collection& collection) const
{
  if (!collection.wants_more) {
    return;
  }
  try {
    const auto content = m_host.read_file(path, k_max_file_size);
    if (!content) {
      return;
    }
    const auto root = YAML::Load(*content);
    tell_doubled_keys(root, read, shown(path));
    std::vector<std::string> remarks;
    const auto gateways = read.gateways(root, remarks);
    for (const auto& remark : remarks) {
      m_host.log(LIMN_LOG_WARNING, shown(path) + ": " + remark);
    }
    for (const auto& written : gateways) {
      const auto found = found_gateway(written, shown(path), lookup);
      if (!found.base_url.empty() && !collection.gateways.add(found)) {
        collection.wants_more = false;
        return;
      }
    }
  } catch (const YAML::Exception& e) {
    std::string place = shown(path);
    if (!e.mark.is_null()) {
      place += ":" + std::to_string(e.mark.line + 1) + ":" + std::to_string(e.mark.column + 1);
    }
    // What stands behind yaml-cpp's own words is text of the file, which may be a key.
    const auto reason = e.msg.substr(0, e.msg.find(": "));
    collection.remember(sdk::Failure(LIMN_SETTINGS, place + ": " + reason), m_host);
  } catch (const sdk::Failure& failure) {
    collection.remember(failure, m_host);
  }
}

// Another program's file is not refused for them, since that program goes by the last one too; but
// its user may think that the first one counts.
void ConfigYamlSource::tell_doubled_keys(const YAML::Node& root, const Reader& read,
                                         const std::string& file) const
{
  std::set<std::pair<int, int>> told;
  for (const auto& key : doubled_keys(root)) {
    if (read.is_read(key.path) && told.size() < k_max_doubled_keys_told
        && told.emplace(key.line, key.last_line).second) {
      m_host.log(LIMN_LOG_WARNING, file + ":" + std::to_string(key.last_line) + ": " + key.path
                                     + " was there before (line " + std::to_string(key.line)
                                     + "); the last one counts");
    }
  }
}

// The path as people write it.
std::string ConfigYamlSource::shown(const std::string& path) const
{
  auto home = m_host.env("HOME").value_or("");
  while (home.ends_with('/')) {
    home.pop_back();
  }
  if (!home.empty() && path.starts_with(home + "/")) {
    return "~" + path.substr(home.size());
  }
  return path;
}

} // namespace limn::config_yaml
