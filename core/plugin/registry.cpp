#include "plugin/registry.hpp"

#include "plugin/component_check.hpp"
#include "plugin/guard.hpp"
#include "plugin/load_order.hpp"
#include "plugin/loader.hpp"
#include "plugin/search.hpp"
#include "plugin/unknown_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace limn {

namespace {

using State = ComponentRecord::State;

std::string one_line(const Failure& failure)
{
  return failure.hint.empty() ? failure.message
                              : fmt::format("{}; {}", failure.message, failure.hint);
}

constexpr std::string_view k_no_isolated_source =
  "a config source cannot be isolated: it works with the environment, files and keys; take it out "
  "of plugins.isolate (or --isolate), and keep it in a file of its own";

// Behind what is in force for a process that is not the only place where the code runs.
constexpr std::string_view k_loaded_here_too = "; but its code was loaded into limn, too";

enum class Kind { none, provider, config_source };

bool is_ready_source(const CheckedComponent& one)
{
  return one.record.kind == k_config_source_kind && one.record.state == State::ready;
}

template <typename Instance>
constexpr std::string_view k_kind_of = k_provider_kind;
template <>
constexpr std::string_view k_kind_of<ConfigSource> = k_config_source_kind;

} // namespace

struct Registry::Impl {
  // What belongs to the record of the same index.
  struct Slot {
    const limn_component* component = nullptr;
    std::shared_ptr<PluginProcess> isolated; // null: its code is loaded here
    std::variant<std::monostate, std::unique_ptr<Provider>, std::unique_ptr<ConfigSource>> instance;
    std::optional<Failure> failure; // why there is no instance any more, or none could be made
  };

  const limn_host* host;
  std::map<std::string, Pairs> settings;
  Isolation isolation;
  std::vector<Failure> unknown_isolated; // of each of its ids that there is not
  bool has_told_unknown = false;
  Log& log;
  std::vector<std::string> places;
  LoadOrder waiting;
  // Kind and id of what was ready when it was loaded, and its file: whatever becomes of it, later
  // ones do not take its place.
  std::map<std::pair<std::string, std::string>, std::filesystem::path> taken;
  std::vector<ComponentRecord> records;
  std::vector<Slot> slots;

  Impl(const limn_host* a_host, std::map<std::string, Pairs> a_settings, Isolation a_isolation,
       Log& a_log)
    : host(a_host), settings(std::move(a_settings)), isolation(std::move(a_isolation)), log(a_log)
  {
  }

  bool isolates(std::string_view id) const
  {
    return std::ranges::find(isolation.ids, id) != isolation.ids.end();
  }

  // Later files could only be shadowed by what is there.
  void load_until(std::string_view kind, std::string_view id)
  {
    const std::pair<std::string, std::string> wanted(kind, id);
    while (!taken.contains(wanted)) {
      const auto file = waiting.take_for(id);
      if (!file) {
        return;
      }
      load(*file);
    }
  }

  // The kind that was found.
  Kind load_until_any(std::string_view id)
  {
    const auto found = [&] {
      return taken.contains({std::string(k_provider_kind), std::string(id)}) ? Kind::provider
             : taken.contains({std::string(k_config_source_kind), std::string(id)})
               ? Kind::config_source
               : Kind::none;
    };
    while (found() == Kind::none) {
      const auto file = waiting.take_for(id);
      if (!file) {
        break;
      }
      load(*file);
    }
    return found();
  }

  void load_all()
  {
    while (const auto file = waiting.take()) {
      load(*file);
    }
  }

  void load(const std::filesystem::path& file)
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

  static Result<std::vector<CheckedComponent>> load_here(const std::filesystem::path& file)
  {
    return load_plugin(file).and_then(
      [&](const limn_entry* entry) { return check_components(*entry, file); });
  }

  // Into a process of its own only. `id` is that of the provider which the file is named after.
  void load_isolated(const std::filesystem::path& file, const std::string& id)
  {
    const auto plugin = isolation.start(file, log);
    if (!plugin) {
      return add_failed(file, id, plugin.error());
    }
    for (const auto& one : (*plugin)->components()) {
      is_ready_source(one) ? add_source_not_isolated(one) : add(one, *plugin);
    }
  }

  // What provides goes into a process of its own; config sources, and nothing else, are used here.
  void load_providers_isolated(const std::filesystem::path& file)
  {
    const auto plugin = isolation.start(file, log);
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
        log.write(LogLevel::warning,
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
  void isolate_late(const std::filesystem::path& file, const ComponentRecord& provider,
                    std::shared_ptr<PluginProcess>& isolated)
  {
    log.write(LogLevel::warning,
              fmt::format("plugin {} carries the isolated provider {}, and its code was loaded "
                          "into limn before that could be known: name the file {}.so",
                          file.string(), provider.id, provider.id));
    if (!isolated) {
      auto plugin = isolation.start(file, log);
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

  void add_source_not_isolated(CheckedComponent one)
  {
    one.record.state = State::failed;
    one.record.reason = k_no_isolated_source;
    one.component = nullptr;
    add(std::move(one));
  }

  // `id`: of the provider that is known to be meant; empty if none is.
  void add_failed(const std::filesystem::path& file, const std::string& id, const Failure& failure)
  {
    ComponentRecord record;
    record.file = file;
    record.state = State::failed;
    record.reason = one_line(failure);
    if (failure.failure_class != FailureClass::internal || id.empty()) {
      return add({std::move(record), nullptr});
    }
    // It was there, and did not survive being loaded.
    record.id = id;
    record.kind = k_provider_kind;
    const auto whole = failure_of_trouble(who(record), failure.message.substr(3));
    add({std::move(record), nullptr});
    slots.back().failure = whole;
  }

  void add(CheckedComponent one, std::shared_ptr<PluginProcess> isolated = {})
  {
    auto& record = one.record;
    if (record.state == State::ready) {
      // Whichever of the two was asked for first: the same one is ready.
      if (const auto named = waiting.take_named(record.id, record.file)) {
        load(*named);
      }
      const auto [first, is_first] = taken.try_emplace({record.kind, record.id}, record.file);
      if (!is_first) {
        record.state = State::shadowed;
        record.reason = fmt::format("{} has the same id and comes first", first->second.string());
        one.component = nullptr;
      }
    }
    log_state(record, log);
    records.push_back(std::move(record));
    slots.push_back({one.component, std::move(isolated), {}, {}});
  }

  const ComponentRecord* find(std::string_view kind, std::string_view id, State state) const
  {
    const auto found = std::ranges::find_if(records, [&](const ComponentRecord& record) {
      return record.state == state && record.kind == kind && record.id == id;
    });
    return found == records.end() ? nullptr : &*found;
  }

  // What instances did since the last look.
  void notice_breaches()
  {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (records[i].state == State::ready) {
        if (auto breach = breach_of(slots[i]); !breach.empty()) {
          mark_failed(i, breach,
                      {FailureClass::internal, fmt::format("{} {}", who(records[i]), breach)});
        } else if (const auto& isolated = slots[i].isolated;
                   isolated && !isolated->trouble().empty()) {
          mark_failed(i, isolated->trouble(),
                      failure_of_trouble(who(records[i]), isolated->trouble()));
        }
      }
    }
  }

  static std::string breach_of(const Slot& slot)
  {
    if (const auto* provider = std::get_if<std::unique_ptr<Provider>>(&slot.instance)) {
      return (*provider)->breach();
    }
    if (const auto* source = std::get_if<std::unique_ptr<ConfigSource>>(&slot.instance)) {
      return (*source)->breach();
    }
    return {};
  }

  void mark_failed(std::size_t index, std::string reason, Failure failure)
  {
    records[index].state = State::failed;
    records[index].reason = std::move(reason);
    slots[index].failure = std::move(failure);
  }

  template <typename Instance>
  Result<Instance*> instance_of(std::string_view id)
  {
    load_until(k_kind_of<Instance>, id);
    notice_breaches();
    if (std::is_same_v<Instance, Provider> && !unknown_isolated.empty()) {
      return fail(unknown_isolated.front());
    }
    if (const auto* ready = find(k_kind_of<Instance>, id, State::ready)) {
      return made<Instance>(static_cast<std::size_t>(ready - records.data()));
    }
    if (const auto* failed = find(k_kind_of<Instance>, id, State::failed)) {
      const auto& known = slots[static_cast<std::size_t>(failed - records.data())].failure;
      return fail(
        known.value_or(Failure(FailureClass::settings, fmt::format("{} cannot be used: {}",
                                                                   who(*failed), failed->reason))));
    }
    return fail(no_component(k_kind_of<Instance>, id, records, places));
  }

  // The instance at `index`, which is ready to have one.
  template <typename Instance>
  Result<Instance*> made(std::size_t index)
  {
    auto& slot = slots[index];
    if (auto* instance = std::get_if<std::unique_ptr<Instance>>(&slot.instance)) {
      return instance->get();
    }
    Conduct conduct{who(records[index]), {}, &log};
    auto created = create(slot, records[index].id, conduct);
    if (created) {
      auto instance = wrapped<Instance>(slot, *created, std::move(conduct.who));
      return slot.instance.template emplace<std::unique_ptr<Instance>>(std::move(instance)).get();
    }
    auto failure = std::move(created.error());
    const bool has_ended = slot.isolated && !slot.isolated->trouble().empty();
    if (!conduct.breach.empty() || has_ended) {
      mark_failed(index, has_ended ? slot.isolated->trouble() : conduct.breach, failure);
      return fail(std::move(failure));
    }
    auto reason = fmt::format("it could not be made: {}", one_line(failure));
    failure.failure_class = FailureClass::settings;
    failure.message = fmt::format("{} could not be made: {}", conduct.who, failure.message);
    mark_failed(index, std::move(reason), failure);
    return fail(std::move(failure));
  }

  template <typename Instance>
  std::unique_ptr<Instance> wrapped(const Slot& slot, void* instance, std::string who) const
  {
    if constexpr (std::is_same_v<Instance, Provider>) {
      const auto place = slot.isolated ? Provider::Place::own_process : Provider::Place::here;
      return std::make_unique<Provider>(slot.component, instance, std::move(who), &log, place);
    } else {
      return std::make_unique<Instance>(slot.component, instance, std::move(who), &log);
    }
  }

  Result<void*> create(const Slot& slot, const std::string& id, Conduct& conduct) const
  {
    const auto& component = *slot.component;
    const auto* its_host = slot.isolated ? slot.isolated->host_of(&component) : host;
    std::vector<limn_kv> items;
    if (const auto mine = settings.find(id); mine != settings.end()) {
      for (const auto& [key, value] : mine->second) {
        items.push_back({{key.data(), key.size()}, {value.data(), value.size()}});
      }
    }
    const limn_settings told{sizeof(limn_settings), 0, items.data(), items.size()};
    GuardedCall call(conduct, "create");
    void* instance = nullptr;
    LIMN_TRY(call.run([&] { return component.create(its_host, &told, &instance, call.errors()); }));
    return instance;
  }

  // Who isolates what is not there may mean what is there: no provider is used then.
  void refuse_unknown_ids()
  {
    for (const auto& id : isolation.ids) {
      if (id == k_isolate_all) {
        continue;
      }
      if (auto unknown = unknown_isolated_id(id, records)) {
        unknown_isolated.push_back(std::move(*unknown));
      }
    }
  }

  // For who goes on without a provider: it is what every provider fails with.
  void tell_unknown_ids()
  {
    if (!std::exchange(has_told_unknown, true)) {
      for (const auto& unknown : unknown_isolated) {
        log.write(LogLevel::warning, unknown.message);
      }
    }
  }
};

Registry::Registry(const PluginSearch& search, const limn_host* host,
                   std::map<std::string, Pairs> components_settings, Log& log)
  : m_impl(std::make_unique<Impl>(host, std::move(components_settings), search.isolation, log))
{
  auto found = find_plugin_files(search, log);
  m_impl->places = std::move(found.places);
  m_impl->waiting = LoadOrder(std::move(found.groups));
  if (!search.isolation.ids.empty()) {
    m_impl->load_all(); // whether each of these ids is there is asked before anything is used
    m_impl->refuse_unknown_ids();
  }
}

Registry::~Registry() = default;

const std::vector<ComponentRecord>& Registry::components() const
{
  m_impl->load_all();
  m_impl->tell_unknown_ids();
  m_impl->notice_breaches();
  return m_impl->records;
}

Done Registry::require(std::string_view kind, std::string_view id)
{
  const auto is_there = [&] {
    return m_impl->taken.contains({std::string(kind), std::string(id)});
  };
  if (is_there() || m_impl->waiting.has_named(id)) {
    return {};
  }
  m_impl->load_until(kind, id);
  if (is_there()) {
    return {};
  }
  // One that did not survive being loaded has a failure of its own.
  if (const auto* failed = m_impl->find(kind, id, State::failed)) {
    const auto& known = m_impl->slots[static_cast<std::size_t>(failed - m_impl->records.data())];
    if (known.failure) {
      return fail(*known.failure);
    }
  }
  return fail(no_component(kind, id, m_impl->records, m_impl->places));
}

Done Registry::require_made(std::string_view id)
{
  switch (m_impl->load_until_any(id)) {
  case Kind::provider:
    return provider(id).map([](auto) {});
  case Kind::config_source:
    return config_source(id).map([](auto) {});
  case Kind::none:
    break;
  }
  return fail(no_component("component", id, m_impl->records, m_impl->places));
}

Done Registry::require_isolated(std::string_view id)
{
  m_impl->load_all();
  if (auto unknown = unknown_isolated_id(id, m_impl->records)) {
    return fail(std::move(*unknown));
  }
  return {};
}

Result<Provider*> Registry::provider(std::string_view id)
{
  return m_impl->instance_of<Provider>(id);
}

Result<ConfigSource*> Registry::config_source(std::string_view id)
{
  m_impl->tell_unknown_ids();
  return m_impl->instance_of<ConfigSource>(id);
}

} // namespace limn
