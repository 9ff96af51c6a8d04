#include "config_sources/ai_hosts/ai_hosts_source.hpp"

#include "config_sources/ai_hosts/row_reader.hpp"
#include "config_sources/common/hermes.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace limn::ai_hosts {

namespace {

using namespace host_files;

constexpr std::string_view k_all = "*";
constexpr std::string_view k_any_json = "*.json";
constexpr std::string_view k_any_yaml = "*.yaml";

std::optional<std::string> text_in(const Variables& variables, std::string_view name)
{
  const auto found = variables.find(name);
  return found != variables.end() && !found->second.empty() ? std::optional(found->second)
                                                            : std::nullopt;
}

// "~/folder/*.json" as all that are there.
std::vector<std::string> files_at(const std::string& path, const sdk::Host& host,
                                  FileReading& reading)
{
  if (!path.ends_with(k_any_json) && !path.ends_with(k_any_yaml)) {
    return {path};
  }
  const auto slash = path.rfind('/');
  const auto folder = path.substr(0, slash);
  std::vector<std::string> files;
  try {
    for (const auto& name : host.list_files(folder, path.substr(slash + 2))) {
      files.push_back(folder + "/" + name);
    }
  } catch (const sdk::Failure& failure) {
    reading.warn(failure.message);
  }
  return files;
}

// One host while its own files are read.
class HostCollection
{
public:
  HostCollection(const Host& host, const sdk::Host& services, FileReading& reading)
    : m_host(host), m_services(services), m_reading(reading)
  {
  }

  void collect()
  {
    for (const auto& file : m_host.files) {
      const auto place = trusted_place(file.path);
      if (!place) {
        continue;
      }
      for (const auto& path : files_at(*place, m_services, m_reading)) {
        collect_file(path, file);
      }
    }
  }

private:
  void collect_file(const std::string& path, const HostFile& file)
  {
    m_folder = path.substr(0, path.rfind('/'));
    const Reach reach{[this](std::string_view name) { return variable(name); },
                      m_host.follows_files ? Lookup([this](std::string_view name) {
                        return m_reading.content_of(path_of(name));
                      })
                                           : Lookup()};
    const auto gateways = [&](const YAML::Node& root, std::vector<std::string>&) {
      need_surroundings();
      m_own_variables = texts_of(root, m_host.own_variables);
      const Surroundings surroundings{m_host.id, {}, m_keys, reach, [this](std::string_view name) {
                                        return m_reading.content_of(path_of(name));
                                      }};
      return gateways_of(file.scopes, root, surroundings);
    };
    m_reading.gateways_of(path,
                          {[&](const std::string& text) { return parse(file.format, text); },
                           gateways, [&](std::string_view at) { return is_read(file.scopes, at); }},
                          reach);
  }

  // What lies beside is looked at only where there is a file that could want it.
  void need_surroundings()
  {
    if (std::exchange(m_has_surroundings, true)) {
      return;
    }
    if (const auto path = trusted_place(m_host.variables)) {
      m_variables = m_reading.variables_of(*path);
    }
    const auto path = trusted_place(m_host.store.path);
    const auto content = path ? m_reading.content_of(*path) : std::nullopt;
    if (content) {
      const auto root = m_reading.parsed(
        *path, *content, [&](const std::string& text) { return parse(m_host.store.format, text); });
      m_keys = stored_keys(m_host.store, root);
    }
  }

  std::optional<std::string> variable(std::string_view name) const
  {
    const auto file = text_in(m_variables, name);
    if (file && m_host.wins == Wins::file) {
      return file;
    }
    auto set = m_services.env(name);
    if (set && !set->empty()) {
      return set;
    }
    return file ? file : text_in(m_own_variables, name);
  }

  std::optional<std::string> trusted_place(std::string_view path) const
  {
    auto place = path.empty()
                   ? std::nullopt
                   : place_of(path, [this](std::string_view name) { return m_services.env(name); });
    if (place && !is_trustworthy_place(*place)) {
      m_reading.warn(std::string(path.substr(1, path.find_first_of("/|") - 1))
                     + " is not used: it is not an absolute path");
      return std::nullopt;
    }
    return place;
  }

  // A path that is written in a host's own file.
  std::string path_of(std::string_view written) const
  {
    return is_trustworthy_place(written) ? std::string(written)
                                         : m_folder + "/" + std::string(written);
  }

  const Host& m_host;
  const sdk::Host& m_services;
  FileReading& m_reading;
  std::string m_folder; // of the file that is read
  bool m_has_surroundings = false;
  Variables m_variables;
  Variables m_own_variables;
  Variables m_keys;
};

} // namespace

AiHostsSource::AiHostsSource(sdk::Host host, const sdk::Settings& settings)
  : m_host(host), m_settings(read_host_settings(settings))
{
}

void AiHostsSource::collect(sdk::Gateways& gateways, std::string_view part)
{
  const Host* const only = part.empty() || part == k_all ? nullptr : &required_host(part, "");
  FileReading reading(m_host, gateways);
  if (only) {
    collect_host(*only, reading);
  } else if (part == k_all) {
    for (const auto& host : hosts()) {
      collect_host(host, reading);
    }
  } else {
    for (const auto* host : m_settings.hosts) {
      collect_host(*host, reading);
    }
  }
  for (const auto& file : m_settings.files) {
    if (!only || only == file.host) {
      collect_named(file, reading);
    }
  }
  reading.tell();
}

void AiHostsSource::collect_host(const Host& host, FileReading& reading) const
{
  if (!reading.wants_more()) {
    return;
  }
  if (host.reader == Host::Reader::hermes) {
    collect_hermes(m_host, reading);
  } else {
    HostCollection(host, m_host, reading).collect();
  }
}

void AiHostsSource::collect_named(const NamedFile& file, FileReading& reading) const
{
  const auto variables =
    file.variables.empty() ? Variables() : reading.variables_of(file.variables);
  const Variables no_keys; // a store is the host's own, and lies where the host has it
  Variables own;
  const Reach reach{[&](std::string_view name) -> std::optional<std::string> {
                      if (auto text = text_in(variables, name)) {
                        return text;
                      }
                      if (auto text = text_in(own, name)) {
                        return text;
                      }
                      return file.reaches_environment ? m_host.env(name) : std::nullopt;
                    },
                    {}};
  const auto& kind = *file.kind;
  const auto gateways = [&](const YAML::Node& root, std::vector<std::string>&) {
    own = texts_of(root, file.host->own_variables);
    const Surroundings surroundings{file.host->id, file.name, no_keys, reach, {}};
    return gateways_of(kind.scopes, root, surroundings);
  };
  reading.gateways_of(file.path,
                      {[&](const std::string& text) { return parse(kind.format, text); }, gateways,
                       [&](std::string_view at) { return is_read(kind.scopes, at); }},
                      reach);
}

} // namespace limn::ai_hosts
