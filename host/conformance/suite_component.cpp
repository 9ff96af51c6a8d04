#include "base/terminal_text.hpp"
#include "conformance/relay.hpp"
#include "conformance/suite.hpp"
#include "conformance/trial.hpp"
#include "plugin/guard.hpp"

#include <fmt/format.h>

#include <array>

namespace limn::conformance {

namespace {

std::optional<std::string> fault_in(limn_str text, std::string_view what)
{
  const auto read = read_text(text, 1000, what);
  if (!read) {
    return read.error().what;
  }
  if (read->empty()) {
    return fmt::format("{} is empty", what);
  }
  if (terminal_safe(*read) != *read) {
    return fmt::format("{} is not one line of plain UTF-8", what);
  }
  return std::nullopt;
}

Verdict entry_texts(Subject& subject)
{
  const auto& entry = *subject.entry;
  for (const auto& [text, what] :
       {std::pair{entry.name, "the plugin's name"}, std::pair{entry.version, "its version"},
        std::pair{entry.vendor, "its vendor"}}) {
    if (auto fault = fault_in(text, what)) {
      return failure(*fault);
    }
  }
  return success();
}

Verdict entry_minor(Subject& subject)
{
  const auto& entry = *subject.entry;
  if (entry.min_host_minor > entry.abi_minor) {
    return failure(fmt::format("it needs a host of minor {}, but was compiled with minor {}",
                               entry.min_host_minor, entry.abi_minor));
  }
  return success();
}

// What is reserved in this contract may have a meaning in a later one.
std::optional<Verdict> later_contract(const Subject& subject)
{
  if (subject.entry->abi_minor <= LIMN_ABI_MINOR) {
    return std::nullopt;
  }
  return skipped("it was written for a later contract, which may have a use for it");
}

Verdict entry_reserved(Subject& subject)
{
  if (auto verdict = later_contract(subject)) {
    return *verdict;
  }
  return subject.entry->reserved == 0 ? success() : failure("limn_entry.reserved is not zero");
}

Verdict entry_stable(Subject& subject)
{
  const auto& entry = *subject.entry;
  for (int round = 0; round < 3; ++round) {
    if (entry.component_count() != subject.components.size()) {
      return failure("component_count says another number when it is asked again");
    }
    for (std::uint32_t i = 0; i < subject.components.size(); ++i) {
      const auto* known = subject.components[i].component;
      if (known && entry.component_at(i) != known) {
        return failure(
          fmt::format("component_at({}) gives another struct when it is asked again", i));
      }
    }
  }
  return success();
}

Verdict component_ids(Subject& subject)
{
  const auto& all = subject.components;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (!all[i].record.id.empty() && all[i].record.id == all[j].record.id
          && all[i].record.kind == all[j].record.kind) {
        return failure(fmt::format("two components have the id {}", all[i].record.id));
      }
    }
  }
  return success();
}

Verdict component_described(Subject& subject)
{
  const auto& record = subject.components[subject.index].record;
  switch (record.state) {
  case ComponentRecord::State::failed:
    return failure(record.reason);
  case ComponentRecord::State::skipped:
    return skipped(record.reason);
  default:
    return success();
  }
}

Verdict component_texts(Subject& subject)
{
  const auto& component = subject.component();
  for (const auto& [text, what] : {std::pair{component.display_name, "the display name"},
                                   std::pair{component.summary, "the summary"}}) {
    if (auto fault = fault_in(text, what)) {
      return failure(*fault);
    }
  }
  return success();
}

Verdict component_reserved(Subject& subject)
{
  if (auto verdict = later_contract(subject)) {
    return *verdict;
  }
  const auto& component = subject.component();
  if (component.flags != 0) {
    return failure("limn_component.flags is not zero");
  }
  const bool is_source =
    std::string_view(component.kind.data, component.kind.size) == LIMN_KIND_CONFIG_SOURCE;
  const auto reserved = is_source
                          ? static_cast<const limn_config_source_v1*>(component.functions)->reserved
                          : static_cast<const limn_provider_v1*>(component.functions)->reserved;
  return reserved == 0 ? success() : failure("the reserved member of its functions is not zero");
}

// Makes an instance with these settings: OK, or what the contract has for settings that make no
// sense.
Verdict make_with(Subject& subject, const Pairs& settings)
{
  FalseHost host;
  Relay relay(subject.component(), subject.notebook);
  const auto made = relay.source(host.host(), settings); // what it is does not matter here
  if (made || made.error().failure_class == FailureClass::settings) {
    return success();
  }
  if (!relay.breach().empty()) {
    return skipped_for_breach(relay.breach());
  }
  return failure(fmt::format("create ended with {}, where LIMN_OK or LIMN_SETTINGS is right",
                             describe(made.error())));
}

Verdict create_plain(Subject& subject)
{
  return make_with(subject, {});
}

Verdict create_unknown(Subject& subject)
{
  return make_with(subject, {{"no_such_setting_7", "on"}, {"", ""}, {"a.b.0", "x"}});
}

Verdict create_long(Subject& subject)
{
  return make_with(subject, {{"no_such_setting_7", std::string(1024 * 1024, 'x')},
                             {std::string(200, 'k'), "\xff\xfe"}});
}

constexpr std::array k_component_tests{
  Test{"entry.texts", Scope::file, "rule 9; limn_entry", "Messages can name the plugin.",
       entry_texts},
  Test{"entry.minor", Scope::file, "rule 4", "It asks for no newer host than it was written for.",
       entry_minor},
  Test{"entry.reserved", Scope::file, "rule 3", "A later contract can give the member a meaning.",
       entry_reserved},
  Test{"entry.stable", Scope::file, "component_at: lives as long as the library",
       "What was listed once stays where it is.", entry_stable},
  Test{"component.ids", Scope::file, "limn_component.id", "An id names one component.",
       component_ids},
  Test{"component.described", Scope::component, "rule 1; limn_component",
       "The host can use the component as it describes itself.", component_described},
  Test{"component.texts", Scope::component, "rule 9; limn_component",
       "Lists can show the component.", component_texts},
  Test{"component.reserved", Scope::component, "rule 3",
       "A later contract can give the members a meaning.", component_reserved},
  Test{"create.without_settings", Scope::component, "create; LIMN_SETTINGS",
       "Without settings there is an instance, or a word about which one is missing.",
       create_plain},
  Test{"create.unknown_setting", Scope::component, "create; LIMN_SETTINGS",
       "A setting that it does not know is refused as one, or ignored.", create_unknown},
  Test{"create.long_setting", Scope::component, "rule 9; LIMN_SETTINGS",
       "A setting of a megabyte, or of no UTF-8, does no harm.", create_long},
};

} // namespace

std::span<const Test> component_tests()
{
  return k_component_tests;
}

} // namespace limn::conformance
