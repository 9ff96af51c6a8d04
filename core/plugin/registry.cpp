#include "plugin/registry.hpp"

#include "plugin/component_check.hpp"
#include "plugin/guard.hpp"
#include "plugin/loader.hpp"
#include "plugin/search.hpp"
#include "settings/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

template <typename Instance>
constexpr std::string_view k_kind_of = k_provider_kind;
template <>
constexpr std::string_view k_kind_of<ConfigSource> = k_config_source_kind;

} // namespace

struct Registry::Impl {
  // What belongs to the record of the same index.
  struct Slot {
    const limn_component* component = nullptr;
    std::variant<std::monostate, std::unique_ptr<Provider>, std::unique_ptr<ConfigSource>> instance;
    std::optional<Failure> failure; // why there is no instance any more, or none could be made
  };

  const limn_host* host;
  std::map<std::string, Pairs> settings;
  Log& log;
  std::vector<std::string> places;
  std::vector<ComponentRecord> records;
  std::vector<Slot> slots;

  Impl(const limn_host* a_host, std::map<std::string, Pairs> a_settings, Log& a_log)
    : host(a_host), settings(std::move(a_settings)), log(a_log)
  {
  }

  void load(const std::filesystem::path& file)
  {
    auto checked = load_plugin(file).and_then(
      [&](const limn_entry* entry) { return check_components(*entry, file); });
    if (!checked) {
      ComponentRecord record;
      record.file = file;
      record.state = State::failed;
      record.reason = one_line(checked.error());
      return add({std::move(record), nullptr});
    }
    for (auto& one : *checked) {
      add(std::move(one));
    }
  }

  void add(CheckedComponent one)
  {
    auto& record = one.record;
    if (record.state == State::ready) {
      if (const auto* first = find(record.kind, record.id, State::ready)) {
        record.state = State::shadowed;
        record.reason = fmt::format("{} has the same id and comes first", first->file.string());
        one.component = nullptr;
      }
    }
    tell(record);
    records.push_back(std::move(record));
    slots.push_back({one.component, {}, {}});
  }

  void tell(const ComponentRecord& record) const
  {
    const auto what = record.id.empty()
                        ? fmt::format("plugin {}", record.file.string())
                        : fmt::format("{} {} ({})", record.kind, record.id, record.file.string());
    switch (record.state) {
    case State::ready:
      return log.write(LogLevel::debug, fmt::format("{}: ready", what));
    case State::shadowed:
    case State::skipped:
      return log.write(LogLevel::info, fmt::format("{} is not used: {}", what, record.reason));
    case State::failed:
      return log.write(LogLevel::warning, fmt::format("{} is not used: {}", what, record.reason));
    }
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
    notice_breaches();
    if (const auto* ready = find(k_kind_of<Instance>, id, State::ready)) {
      return made<Instance>(static_cast<std::size_t>(ready - records.data()));
    }
    if (const auto* failed = find(k_kind_of<Instance>, id, State::failed)) {
      const auto& known = slots[static_cast<std::size_t>(failed - records.data())].failure;
      return fail(
        known.value_or(Failure(FailureClass::settings, fmt::format("{} cannot be used: {}",
                                                                   who(*failed), failed->reason))));
    }
    return fail(none(k_kind_of<Instance>, id));
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
    auto created = create(*slot.component, records[index].id, conduct);
    if (created) {
      auto instance =
        std::make_unique<Instance>(slot.component, *created, std::move(conduct.who), &log);
      return slot.instance.template emplace<std::unique_ptr<Instance>>(std::move(instance)).get();
    }
    auto failure = std::move(created.error());
    if (!conduct.breach.empty()) {
      mark_failed(index, conduct.breach, failure);
      return fail(std::move(failure));
    }
    auto reason = fmt::format("it could not be made: {}", one_line(failure));
    failure.failure_class = FailureClass::settings;
    failure.message = fmt::format("{} could not be made: {}", conduct.who, failure.message);
    mark_failed(index, std::move(reason), failure);
    return fail(std::move(failure));
  }

  Result<void*> create(const limn_component& component, const std::string& id,
                       Conduct& conduct) const
  {
    std::vector<limn_kv> items;
    if (const auto mine = settings.find(id); mine != settings.end()) {
      for (const auto& [key, value] : mine->second) {
        items.push_back({{key.data(), key.size()}, {value.data(), value.size()}});
      }
    }
    const limn_settings told{sizeof(limn_settings), 0, items.data(), items.size()};
    GuardedCall call(conduct, "create");
    void* instance = nullptr;
    LIMN_TRY(call.run([&] { return component.create(host, &told, &instance, call.errors()); }));
    return instance;
  }

  static std::string who(const ComponentRecord& record)
  {
    return fmt::format("{} {} ({})", record.kind, record.id, record.file.string());
  }

  Failure none(std::string_view kind, std::string_view id) const
  {
    std::vector<std::string_view> ids;
    std::vector<std::string> broken;
    for (const auto& record : records) {
      if (record.state == State::ready && record.kind == kind) {
        ids.push_back(record.id);
      } else if (record.state == State::failed && record.id.empty()) {
        broken.push_back(fmt::format("{}: {}", record.file.string(), record.reason));
      }
    }
    auto message = fmt::format("there is no {} \"{}\"", kind, id);
    if (!ids.empty()) {
      message += did_you_mean(id, ids);
    }
    auto hint = places.empty() ? std::string("no place was searched for plugins")
                               : fmt::format("searched: {}", fmt::join(places, ", "));
    if (!broken.empty()) {
      hint += fmt::format("; not usable: {}", fmt::join(broken, "; "));
    }
    return {FailureClass::settings, std::move(message), std::move(hint)};
  }
};

Registry::Registry(const PluginSearch& search, const limn_host* host,
                   std::map<std::string, Pairs> components_settings, Log& log)
  : m_impl(std::make_unique<Impl>(host, std::move(components_settings), log))
{
  auto found = find_plugin_files(search, log);
  m_impl->places = std::move(found.places);
  for (const auto& file : found.files) {
    m_impl->load(file);
  }
}

Registry::~Registry() = default;

const std::vector<ComponentRecord>& Registry::components() const
{
  m_impl->notice_breaches();
  return m_impl->records;
}

Result<Provider*> Registry::provider(std::string_view id)
{
  return m_impl->instance_of<Provider>(id);
}

Result<ConfigSource*> Registry::config_source(std::string_view id)
{
  return m_impl->instance_of<ConfigSource>(id);
}

} // namespace limn
