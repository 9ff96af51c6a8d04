#include "config_sources/ai_hosts/host_settings.hpp"

#include "config_sources/common/file_reading.hpp"

#include <algorithm>
#include <utility>

namespace limn::ai_hosts {

namespace {

constexpr std::string_view k_any_env = "dotenv"; // the host of a file of which nothing is said

// By the end of its name, where a host has files of several formats.
Format format_of(std::string_view path)
{
  return path.ends_with(".json") || path.ends_with(".jsonc") || path.ends_with(".json5")
           ? Format::json
         : path.ends_with(".toml")                           ? Format::toml
         : path.ends_with(".yaml") || path.ends_with(".yml") ? Format::yaml
                                                             : Format::env;
}

const HostFile* kind_of(const Host& host, std::string_view path)
{
  const auto format = format_of(path);
  const auto same = std::ranges::find_if(host.files, [&](const HostFile& file) {
    return file.format == format || (file.format == Format::json5 && format == Format::json);
  });
  return same != host.files.end() ? &*same : host.files.empty() ? nullptr : &host.files.front();
}

class Reader
{
public:
  explicit Reader(const sdk::Settings& settings) : m_settings(settings) {}

  HostSettings read()
  {
    HostSettings read;
    for (std::size_t i = 0; const auto* host = named("hosts." + std::to_string(i)); ++i) {
      read.hosts.push_back(host);
    }
    if (const auto* host = named("hosts")) { // one alone
      read.hosts.push_back(host);
    }
    if (read.hosts.empty()) {
      for (const auto& host : hosts()) {
        read.hosts.push_back(&host);
      }
    }
    for (std::size_t i = 0; has("files." + std::to_string(i) + "."); ++i) {
      read.files.push_back(file("files." + std::to_string(i) + "."));
    }
    refuse_the_rest();
    return read;
  }

private:
  NamedFile file(const std::string& prefix)
  {
    NamedFile file;
    file.path = place(prefix + "path");
    if (file.path.empty()) {
      throw sdk::Failure(LIMN_SETTINGS, "ai_hosts: " + prefix + "path is missing");
    }
    const auto* host = named(prefix + "host");
    file.host = host ? host : host_named(k_any_env);
    file.kind = kind_of(*file.host, file.path);
    if (!file.kind) {
      throw sdk::Failure(LIMN_SETTINGS,
                         "ai_hosts: " + prefix + "host: " + std::string(file.host->id)
                           + " is read where it lies only",
                         "HERMES_HOME says where that is");
    }
    file.name = take(prefix + "name").value_or("");
    file.variables = place(prefix + "env_file");
    const auto environment = take(prefix + "environment").value_or("false");
    if (environment != "true" && environment != "false") {
      throw sdk::Failure(LIMN_SETTINGS,
                         "ai_hosts: " + prefix + "environment must be true or false");
    }
    file.reaches_environment = environment == "true";
    return file;
  }

  const Host* named(const std::string& key)
  {
    const auto id = take(key);
    return id ? &required_host(*id, "ai_hosts: " + key + ": ") : nullptr;
  }

  std::string place(const std::string& key)
  {
    auto path = take(key).value_or("");
    if (!path.empty() && !host_files::is_trustworthy_place(path)) {
      throw sdk::Failure(LIMN_SETTINGS, "ai_hosts: " + key + " must be absolute or begin with ~/");
    }
    return path;
  }

  bool has(const std::string& prefix) const
  {
    return std::ranges::any_of(m_settings.items(),
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
      if (std::ranges::find(m_known, key) == m_known.end()) {
        throw sdk::Failure(LIMN_SETTINGS, "ai_hosts has no setting '" + key + "'",
                           "there are hosts and files; a file has host, path, name, env_file, "
                           "environment");
      }
    }
  }

  const sdk::Settings& m_settings;
  std::vector<std::string> m_known;
};

} // namespace

HostSettings read_host_settings(const sdk::Settings& settings)
{
  return Reader(settings).read();
}

const Host& required_host(std::string_view id, std::string_view where)
{
  if (const auto* host = host_named(id)) {
    return *host;
  }
  std::string known;
  for (const auto& host : hosts()) {
    known += (known.empty() ? "" : ", ") + std::string(host.id);
  }
  throw sdk::Failure(LIMN_SETTINGS,
                     std::string(where) + "there is no host '" + std::string(id) + "'",
                     "known are " + known);
}

} // namespace limn::ai_hosts
