#include "isolation/listing.hpp"

#include "isolation/hearing.hpp"
#include "model/component_id.hpp"

#include <limn/abi.h>

namespace limn {

namespace {

using State = ComponentRecord::State;

constexpr std::uint32_t k_most_components = 64;
constexpr std::size_t k_longest_id = 64;
constexpr std::size_t k_longest_name = 300;
constexpr std::size_t k_longest_failure = 1000;

std::string label(MessageReader& message, std::size_t longest)
{
  return fit_for_people(message.words(), longest);
}

bool is_state(std::uint8_t state)
{
  return state == static_cast<std::uint8_t>(State::ready)
         || state == static_cast<std::uint8_t>(State::failed)
         || state == static_cast<std::uint8_t>(State::skipped);
}

// False if it makes no sense.
bool read_component(MessageReader& list, Listed& one)
{
  auto& record = one.record;
  const auto state = list.number<std::uint8_t>();
  record.state = static_cast<State>(state);
  record.id = label(list, k_longest_id);
  record.kind = label(list, k_longest_name);
  record.display_name = label(list, k_longest_name);
  record.summary = label(list, k_longest_name);
  record.reason = label(list, k_longest_failure);
  one.can_cancel = list.number<std::uint8_t>() != 0;
  one.has_terms = list.number<std::uint8_t>() != 0;
  const bool is_known = record.kind == k_provider_kind || record.kind == k_config_source_kind;
  return is_state(state)
         && (record.state != State::ready || (is_known && is_component_id(record.id)));
}

} // namespace

MessageWriter list_of(const Result<std::vector<CheckedComponent>>& components)
{
  MessageWriter list(Told::listed);
  list.number(static_cast<std::uint8_t>(components ? 1 : 0));
  if (!components) {
    list.text(components.error().message);
    list.text(components.error().hint);
    return list;
  }
  const auto& plugin = components->front().record;
  list.text(plugin.plugin);
  list.text(plugin.version);
  list.text(plugin.vendor);
  list.number(static_cast<std::uint32_t>(components->size()));
  for (const auto& [record, component] : *components) {
    list.number(static_cast<std::uint8_t>(record.state));
    list.text(record.id);
    list.text(record.kind);
    list.text(record.display_name);
    list.text(record.summary);
    list.text(record.reason);
    const auto* functions = component && record.kind == k_provider_kind
                              ? static_cast<const limn_provider_v1*>(component->functions)
                              : nullptr;
    const bool can_cancel =
      functions && LIMN_HAS(functions, limn_provider_v1, cancel) && functions->cancel;
    const bool has_terms =
      functions && LIMN_HAS(functions, limn_provider_v1, terms) && functions->terms;
    list.number(static_cast<std::uint8_t>(can_cancel ? 1 : 0));
    list.number(static_cast<std::uint8_t>(has_terms ? 1 : 0));
  }
  return list;
}

Result<std::vector<Listed>> read_list(std::string_view told)
{
  const Failure nonsense(FailureClass::internal, "it said what makes no sense while it was loaded");
  MessageReader list(told);
  list.number<std::uint8_t>(); // Told::listed
  const bool is_loaded = list.number<std::uint8_t>() != 0;
  if (!is_loaded) {
    Failure failure(FailureClass::settings, label(list, k_longest_failure));
    failure.hint = label(list, k_longest_failure);
    return fail(list.is_whole() ? failure : nonsense);
  }
  ComponentRecord plugin;
  plugin.plugin = label(list, k_longest_name);
  plugin.version = label(list, k_longest_name);
  plugin.vendor = label(list, k_longest_name);
  std::vector<Listed> components(list.count(k_most_components).count, Listed{plugin});
  for (auto& one : components) {
    if (!read_component(list, one)) {
      return fail(nonsense);
    }
  }
  if (!list.is_whole()) {
    return fail(nonsense);
  }
  return components;
}

} // namespace limn
