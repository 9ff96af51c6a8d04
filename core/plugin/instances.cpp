#include "plugin/instances.hpp"

#include "plugin/guard.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <utility>
#include <vector>

namespace limn {

Instances::Instances(LoadedComponents& components, const limn_host* host,
                     std::map<std::string, Pairs> settings, Log& log)
  : m_components(components), m_host(host), m_settings(std::move(settings)), m_log(log)
{
}

void Instances::notice_breaches()
{
  const auto& records = m_components.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].state != ComponentRecord::State::ready) {
      continue;
    }
    const auto& isolated = m_components.part(i).isolated;
    if (auto breach = breach_of(i); !breach.empty()) {
      m_components.mark_failed(
        i, breach, {FailureClass::internal, fmt::format("{} {}", who(records[i]), breach)});
    } else if (isolated && !isolated->trouble().empty()) {
      m_components.mark_failed(i, isolated->trouble(),
                               failure_of_trouble(who(records[i]), isolated->trouble()));
    }
  }
}

std::string Instances::breach_of(std::size_t index) const
{
  const auto found = m_instances.find(index);
  if (found == m_instances.end()) {
    return {};
  }
  if (const auto* provider = std::get_if<std::unique_ptr<Provider>>(&found->second)) {
    return (*provider)->breach();
  }
  if (const auto* source = std::get_if<std::unique_ptr<ConfigSource>>(&found->second)) {
    return (*source)->breach();
  }
  return {};
}

template <typename Kind>
Result<Kind*> Instances::made(std::size_t index)
{
  auto& slot = m_instances[index];
  if (auto* instance = std::get_if<std::unique_ptr<Kind>>(&slot)) {
    return instance->get();
  }
  Conduct conduct{who(m_components.records()[index]), {}, &m_log};
  auto created = create(index, conduct);
  if (!created) {
    return fail(not_made(index, conduct, std::move(created.error())));
  }
  return slot.template emplace<std::unique_ptr<Kind>>(wrapped<Kind>(index, *created)).get();
}

template Result<Provider*> Instances::made<Provider>(std::size_t index);
template Result<ConfigSource*> Instances::made<ConfigSource>(std::size_t index);

Failure Instances::not_made(std::size_t index, const Conduct& conduct, Failure failure)
{
  const auto& isolated = m_components.part(index).isolated;
  const bool has_ended = isolated && !isolated->trouble().empty();
  if (!conduct.breach.empty() || has_ended) {
    m_components.mark_failed(index, has_ended ? isolated->trouble() : conduct.breach, failure);
    return failure;
  }
  auto reason = fmt::format("it could not be made: {}", reason_of(failure));
  failure.failure_class = FailureClass::settings;
  failure.message = fmt::format("{} could not be made: {}", conduct.who, failure.message);
  m_components.mark_failed(index, std::move(reason), failure);
  return failure;
}

template <typename Kind>
std::unique_ptr<Kind> Instances::wrapped(std::size_t index, void* instance) const
{
  const auto& part = m_components.part(index);
  auto name = who(m_components.records()[index]);
  if constexpr (std::is_same_v<Kind, Provider>) {
    const auto place = part.isolated ? Provider::Place::own_process : Provider::Place::here;
    return std::make_unique<Provider>(part.component, instance, std::move(name), &m_log, place);
  } else {
    return std::make_unique<Kind>(part.component, instance, std::move(name), &m_log);
  }
}

Result<void*> Instances::create(std::size_t index, Conduct& conduct) const
{
  const auto& part = m_components.part(index);
  const auto& component = *part.component;
  const auto* its_host = part.isolated ? part.isolated->host_of(&component) : m_host;
  std::vector<limn_kv> items;
  if (const auto mine = m_settings.find(m_components.records()[index].id);
      mine != m_settings.end()) {
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

} // namespace limn
