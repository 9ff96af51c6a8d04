#include "plugin/registry.hpp"

#include "plugin/instances.hpp"
#include "plugin/loaded_components.hpp"
#include "plugin/unknown_component.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

struct Registry::Impl {
  Log& log;
  LoadedComponents components;
  Instances instances;
  std::vector<Failure> unknown_isolated; // of each id to isolate that there is not
  bool has_told_unknown = false;

  Impl(const PluginSearch& search, const limn_host* host, std::map<std::string, Pairs> settings,
       Log& a_log)
    : log(a_log), components(search, a_log), instances(components, host, std::move(settings), a_log)
  {
  }

  Failure nothing_of(std::string_view kind, std::string_view id) const
  {
    return no_component(kind, id, components.records(), components.places());
  }

  // Where the one that is ready lies. If there is none: why.
  Result<std::size_t> ready(std::string_view kind, std::string_view id)
  {
    components.load_until(kind, id);
    instances.notice_breaches();
    if (kind == k_provider_kind && !unknown_isolated.empty()) {
      return fail(unknown_isolated.front());
    }
    if (const auto found = components.find(kind, id, ComponentRecord::State::ready)) {
      return *found;
    }
    const auto failed = components.find(kind, id, ComponentRecord::State::failed);
    if (!failed) {
      return fail(nothing_of(kind, id));
    }
    const auto& record = components.records()[*failed];
    return fail(components.part(*failed).failure.value_or(Failure(
      FailureClass::settings, fmt::format("{} cannot be used: {}", who(record), record.reason))));
  }

  // Who isolates what is not there may mean what is there: no provider is used then.
  void refuse_unknown_ids(const std::vector<std::string>& isolated)
  {
    for (const auto& id : isolated) {
      if (id == k_isolate_all) {
        continue;
      }
      if (auto unknown = unknown_isolated_id(id, components.records())) {
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
  : m_impl(std::make_unique<Impl>(search, host, std::move(components_settings), log))
{
  if (!search.isolation.ids.empty()) {
    // Whether each of these ids is there is asked before anything is used.
    m_impl->components.load_all();
    m_impl->refuse_unknown_ids(search.isolation.ids);
  }
}

Registry::~Registry() = default;

const std::vector<ComponentRecord>& Registry::components() const
{
  m_impl->components.load_all();
  m_impl->tell_unknown_ids();
  m_impl->instances.notice_breaches();
  return m_impl->components.records();
}

Done Registry::require(std::string_view kind, std::string_view id)
{
  auto& components = m_impl->components;
  if (components.has(kind, id) || components.has_file_named(id)) {
    return {};
  }
  components.load_until(kind, id);
  if (components.has(kind, id)) {
    return {};
  }
  // One that did not survive being loaded has a failure of its own.
  if (const auto failed = components.find(kind, id, ComponentRecord::State::failed)) {
    if (const auto& known = components.part(*failed).failure) {
      return fail(*known);
    }
  }
  return fail(m_impl->nothing_of(kind, id));
}

Done Registry::require_made(std::string_view id)
{
  const auto kind = m_impl->components.load_until_any(id);
  if (kind == k_provider_kind) {
    return provider(id).map([](auto) {});
  }
  if (kind == k_config_source_kind) {
    return config_source(id).map([](auto) {});
  }
  return fail(m_impl->nothing_of("component", id));
}

Done Registry::require_isolated(std::string_view id)
{
  m_impl->components.load_all();
  if (auto unknown = unknown_isolated_id(id, m_impl->components.records())) {
    return fail(std::move(*unknown));
  }
  return {};
}

Result<Provider*> Registry::provider(std::string_view id)
{
  LIMN_TRY_ASSIGN(const auto index, m_impl->ready(k_provider_kind, id));
  return m_impl->instances.provider(index);
}

Result<ConfigSource*> Registry::config_source(std::string_view id)
{
  m_impl->tell_unknown_ids();
  LIMN_TRY_ASSIGN(const auto index, m_impl->ready(k_config_source_kind, id));
  return m_impl->instances.config_source(index);
}

} // namespace limn
