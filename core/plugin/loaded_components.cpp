#include "plugin/loaded_components.hpp"

#include "plugin/component_check.hpp"
#include "plugin/loader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

using State = ComponentRecord::State;

constexpr std::string_view k_no_isolated_source =
  "a config source cannot be isolated: it works with the environment, files and keys; take it out "
  "of plugins.isolate (or --isolate), and keep it in a file of its own";

// Behind what is in force for a process that is not the only place where the code runs.
constexpr std::string_view k_loaded_here_too = "; but its code was loaded into limn, too";

bool is_ready_source(const CheckedComponent& one)
{
  return one.record.kind == k_config_source_kind && one.record.state == State::ready;
}

Result<std::vector<CheckedComponent>> load_here(const std::filesystem::path& file)
{
  return load_plugin(file).and_then(
    [&](const limn_entry* entry) { return check_components(*entry, file); });
}

} // namespace

LoadedComponents::LoadedComponents(const PluginSearch& search, Log& log)
  : m_isolation(search.isolation), m_log(log)
{
  auto found = find_plugin_files(search, log);
  m_places = std::move(found.places);
  m_waiting = LoadOrder(std::move(found.groups));
}

bool LoadedComponents::isolates(std::string_view id) const
{
  return std::ranges::find(m_isolation.ids, id) != m_isolation.ids.end();
}

bool LoadedComponents::has(std::string_view kind, std::string_view id) const
{
  return m_taken.contains({std::string(kind), std::string(id)});
}

void LoadedComponents::load_until(std::string_view kind, std::string_view id)
{
  while (!has(kind, id)) {
    const auto file = m_waiting.take_for(id);
    if (!file) {
      return;
    }
    load(*file);
  }
}

std::string_view LoadedComponents::load_until_any(std::string_view id)
{
  const auto found = [&] {
    return has(k_provider_kind, id)        ? k_provider_kind
           : has(k_config_source_kind, id) ? k_config_source_kind
                                           : std::string_view();
  };
  while (found().empty()) {
    const auto file = m_waiting.take_for(id);
    if (!file) {
      break;
    }
    load(*file);
  }
  return found();
}

void LoadedComponents::load_all()
{
  while (const auto file = m_waiting.take()) {
    load(*file);
  }
}

void LoadedComponents::load(const std::filesystem::path& file)
{
  const auto name = file.stem().string();
  if (isolates(name)) {
    return load_isolated(file, name);
  }
  if (isolates(k_isolate_all)) {
    return load_providers_isolated(file);
  }
  auto checked = load_here(file);
  if (!checked) {
    return add_failed(file, {}, checked.error());
  }
  std::shared_ptr<PluginProcess> isolated;
  for (auto& one : *checked) {
    if (one.record.state != State::ready || !isolates(one.record.id)) {
      add(std::move(one));
    } else if (is_ready_source(one)) {
      add_source_not_isolated(std::move(one));
    } else {
      isolate_late(file, one.record, isolated);
    }
  }
}

// Into a process of its own only. `id` is that of the provider which the file is named after.
void LoadedComponents::load_isolated(const std::filesystem::path& file, const std::string& id)
{
  const auto plugin = m_isolation.start(file, m_log);
  if (!plugin) {
    return add_failed(file, id, plugin.error());
  }
  for (const auto& one : (*plugin)->components()) {
    is_ready_source(one) ? add_source_not_isolated(one) : add(one, *plugin);
  }
}

// What provides goes into a process of its own; config sources, and nothing else, are used here.
void LoadedComponents::load_providers_isolated(const std::filesystem::path& file)
{
  const auto plugin = m_isolation.start(file, m_log);
  if (!plugin) {
    return add_failed(file, {}, plugin.error());
  }
  const auto& components = (*plugin)->components();
  const bool is_loaded_here = std::ranges::any_of(components, is_ready_source);
  for (auto one : components) {
    if (is_ready_source(one)) {
      continue;
    }
    if (is_loaded_here && one.record.state == State::ready) {
      one.record.isolation += k_loaded_here_too;
      m_log.write(LogLevel::warning,
                  fmt::format("plugin {} carries the isolated provider {}, and its code is loaded "
                              "into limn for its config source: put the two into a file each",
                              file.string(), one.record.id));
    }
    add(std::move(one), *plugin);
  }
  if (!is_loaded_here) {
    return;
  }
  auto checked = load_here(file);
  if (!checked) {
    return add_failed(file, {}, checked.error());
  }
  for (auto& one : *checked) {
    if (is_ready_source(one)) {
      add(std::move(one));
    }
  }
}

// For a provider whose id is known only now that its code is here.
void LoadedComponents::isolate_late(const std::filesystem::path& file,
                                    const ComponentRecord& provider,
                                    std::shared_ptr<PluginProcess>& isolated)
{
  m_log.write(LogLevel::warning,
              fmt::format("plugin {} carries the isolated provider {}, and its code was loaded "
                          "into limn before that could be known: name the file {}.so",
                          file.string(), provider.id, provider.id));
  if (!isolated) {
    auto plugin = m_isolation.start(file, m_log);
    if (!plugin) {
      return add_failed(file, provider.id, plugin.error());
    }
    isolated = std::move(*plugin);
  }
  for (auto one : isolated->components()) {
    if (one.record.id == provider.id && one.record.kind == provider.kind) {
      one.record.isolation += k_loaded_here_too;
      add(std::move(one), isolated);
    }
  }
}

void LoadedComponents::add_source_not_isolated(CheckedComponent one)
{
  one.record.state = State::failed;
  one.record.reason = k_no_isolated_source;
  one.component = nullptr;
  add(std::move(one));
}

// `id`: of the provider that is known to be meant; empty if none is.
void LoadedComponents::add_failed(const std::filesystem::path& file, const std::string& id,
                                  const Failure& failure)
{
  ComponentRecord record;
  record.file = file;
  record.state = State::failed;
  record.reason = reason_of(failure);
  if (failure.failure_class != FailureClass::internal || id.empty()) {
    return add({std::move(record), nullptr});
  }
  // It was there, and did not survive being loaded.
  record.id = id;
  record.kind = k_provider_kind;
  const auto whole = failure_of_trouble(who(record), failure.message.substr(3));
  add({std::move(record), nullptr});
  m_parts.back().failure = whole;
}

void LoadedComponents::add(CheckedComponent one, std::shared_ptr<PluginProcess> isolated)
{
  auto& record = one.record;
  if (record.state == State::ready) {
    // Whichever of the two was asked for first: the same one is ready.
    if (const auto named = m_waiting.take_named(record.id, record.file)) {
      load(*named);
    }
    const auto [first, is_first] = m_taken.try_emplace({record.kind, record.id}, record.file);
    if (!is_first) {
      record.state = State::shadowed;
      record.reason = fmt::format("{} has the same id and comes first", first->second.string());
      one.component = nullptr;
    }
  }
  log_state(record, m_log);
  m_records.push_back(std::move(record));
  m_parts.push_back({one.component, std::move(isolated), {}});
}

std::optional<std::size_t> LoadedComponents::find(std::string_view kind, std::string_view id,
                                                  ComponentRecord::State state) const
{
  const auto found = std::ranges::find_if(m_records, [&](const ComponentRecord& record) {
    return record.state == state && record.kind == kind && record.id == id;
  });
  if (found == m_records.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - m_records.begin());
}

void LoadedComponents::mark_failed(std::size_t index, std::string reason, Failure failure)
{
  m_records[index].state = State::failed;
  m_records[index].reason = std::move(reason);
  m_parts[index].failure = std::move(failure);
}

} // namespace limn
