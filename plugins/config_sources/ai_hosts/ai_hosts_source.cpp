#include "config_sources/ai_hosts/ai_hosts_source.hpp"

#include "config_sources/ai_hosts/row_reader.hpp"
#include "config_sources/ai_hosts/scope_words.hpp"
#include "config_sources/common/hermes.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace limn::ai_hosts {

namespace {

using namespace host_files;

constexpr std::string_view k_all = "*";

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
  const auto slash = path.rfind('/');
  if (!path.substr(slash + 1).starts_with('*')) {
    return {path};
  }
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

FileKind file_kind(const HostFile& file)
{
  FileKind kind;
  kind.parse = [&file](const std::string& text) { return parse(file.format, text); };
  kind.is_read = [&file](std::string_view at) { return is_read(file.scopes, at); };
  return kind;
}

// One host while its own files are read.
class HostCollection
{
public:
  HostCollection(const Host& host, const sdk::Host& services, FileReading& reading)
    : m_host(host), m_services(services), m_reading(reading)
  {
  }

  // Its files, whose `reach` is good for as long as this lives.
  std::vector<ReadFile> read()
  {
    std::vector<Tree> trees;
    for (const auto& file : m_host.files) {
      const auto place = trusted_place(file.path);
      if (!place) {
        continue;
      }
      for (const auto& path : files_at(*place, m_services, m_reading)) {
        if (const auto root = m_reading.tree_of(path, file_kind(file))) {
          trees.push_back({path, &file, *root});
        }
      }
    }
    if (!trees.empty()) {
      read_surroundings();
    }
    take_own_variables(trees);
    std::vector<ReadFile> files;
    files.reserve(trees.size());
    for (const auto& tree : trees) {
      files.push_back(read_file(tree));
    }
    return files;
  }

private:
  struct Tree {
    std::string path;
    const HostFile* file;
    YAML::Node root;
  };

  ReadFile read_file(const Tree& tree)
  {
    const auto folder = tree.path.substr(0, tree.path.rfind('/'));
    const auto own = m_host.own_variables_reach == Host::Reaches::own_file
                       ? texts_of(tree.root, m_host.own_variables)
                       : m_own_variables;
    const Lookup content = [this, folder](std::string_view name) {
      return m_reading.content_of(path_of(name, folder));
    };
    const Reach reach{[this, own](std::string_view name) { return variable(name, own); },
                      m_host.follows_files ? content : Lookup()};
    auto kind = file_kind(*tree.file);
    kind.gateways = [&](const YAML::Node& root, std::vector<std::string>& remarks) {
      return gateways_of(tree.file->scopes, root, {m_host.id, {}, m_keys, reach, content}, remarks);
    };
    return {&m_host,
            tree.file,
            tree.path,
            m_reading.shown(tree.path),
            reach,
            m_reading.written_in(tree.path, tree.root, kind),
            doubt_in(*tree.file, tree.root)};
  }

  void take_own_variables(const std::vector<Tree>& trees)
  {
    for (const auto& tree : trees) {
      for (auto& [name, text] : texts_of(tree.root, m_host.own_variables)) {
        m_own_variables.insert_or_assign(name, std::move(text));
      }
    }
  }

  // What lies beside is looked at only where there is a file that could want it.
  void read_surroundings()
  {
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

  std::optional<std::string> variable(std::string_view name, const Variables& own) const
  {
    auto file = text_in(m_variables, name);
    if (file && m_host.wins == Wins::file) {
      return file;
    }
    auto set = m_services.env(name);
    if (set && !set->empty()) {
      return set;
    }
    return file ? file : text_in(own, name);
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
  static std::string path_of(std::string_view written, const std::string& folder)
  {
    return is_trustworthy_place(written) ? std::string(written)
                                         : folder + "/" + std::string(written);
  }

  const Host& m_host;
  const sdk::Host& m_services;
  FileReading& m_reading;
  Variables m_variables;
  Variables m_own_variables; // of all its files
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
  std::vector<const Host*> wanted;
  if (only) {
    wanted.push_back(only);
  } else if (part == k_all) {
    for (const auto& host : hosts()) {
      wanted.push_back(&host);
    }
  } else {
    wanted = m_settings.hosts;
  }
  FileReading reading(m_host, gateways);
  std::vector<std::unique_ptr<HostCollection>> collections; // what is read is good while they live
  std::vector<std::vector<ReadFile>> read;
  std::vector<const Host*> doubtful; // of which not all could be read
  const auto keep = [&](const Host& host, const std::function<std::vector<ReadFile>()>& files) {
    const auto failures = reading.failures();
    read.push_back(files());
    if (reading.failures() != failures) {
      doubtful.push_back(&host);
    }
  };
  for (const auto* host : wanted) {
    collections.push_back(std::make_unique<HostCollection>(*host, m_host, reading));
    keep(*host, [&] { return collections.back()->read(); });
  }
  for (const auto& file : m_settings.files) {
    if (!only || only == file.host) {
      keep(*file.host, [&] { return read_named(file, reading); });
    }
  }
  settle(read, doubtful);
  for (std::size_t i = 0; i < read.size() && reading.wants_more(); ++i) {
    if (i < wanted.size() && wanted[i]->reader == Host::Reader::hermes) {
      collect_hermes(m_host, reading);
    }
    for (const auto& file : read[i]) {
      reading.add(file.path, file.gateways, file.reach);
    }
  }
  reading.tell();
}

// Files of one host belong together; those of no host in particular, each to a program of its own.
void AiHostsSource::settle(std::vector<std::vector<ReadFile>>& read,
                           const std::vector<const Host*>& doubtful) const
{
  const Lookup environment = [this](std::string_view name) { return m_host.env(name); };
  for (const auto& host : hosts()) {
    std::vector<ReadFile*> files;
    for (auto& some : read) {
      for (auto& file : some) {
        if (file.host == &host) {
          files.push_back(&file);
        }
      }
    }
    if (host.is_anyones) {
      for (auto* file : files) {
        refuse_lone_keys({file}, {});
      }
    } else {
      // One that has no place of its own runs in an environment of its own, too.
      const bool has_place =
        std::ranges::any_of(host.files, [](const HostFile& file) { return !file.path.empty(); });
      refuse_lone_keys(files, {std::ranges::find(doubtful, &host) != doubtful.end(),
                               has_place ? environment : Lookup()});
    }
  }
}

std::vector<ReadFile> AiHostsSource::read_named(const NamedFile& file, FileReading& reading) const
{
  auto kind = file_kind(*file.kind);
  const auto root = reading.tree_of(file.path, kind);
  if (!root) {
    return {};
  }
  const auto variables =
    file.variables.empty() ? Variables() : reading.variables_of(file.variables);
  const auto own = texts_of(*root, file.host->own_variables);
  const bool reaches_environment = file.reaches_environment;
  const Reach reach{[=, this](std::string_view name) -> std::optional<std::string> {
                      if (auto text = text_in(variables, name)) {
                        return text;
                      }
                      if (auto text = text_in(own, name)) {
                        return text;
                      }
                      return reaches_environment ? m_host.env(name) : std::nullopt;
                    },
                    {}};
  const Variables no_keys; // a store is the host's own, and lies where the host has it
  kind.gateways = [&](const YAML::Node& tree, std::vector<std::string>& remarks) {
    return gateways_of(file.kind->scopes, tree, {file.host->id, file.name, no_keys, reach, {}},
                       remarks);
  };
  std::vector<ReadFile> files;
  files.push_back({file.host, file.kind, file.path, reading.shown(file.path), reach,
                   reading.written_in(file.path, *root, kind), doubt_in(*file.kind, *root)});
  return files;
}

} // namespace limn::ai_hosts
