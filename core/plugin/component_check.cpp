#include "plugin/component_check.hpp"

#include "base/terminal_text.hpp"
#include "model/component_id.hpp"
#include "plugin/contract_range.hpp"
#include "plugin/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#ifndef LIMN_VERSION
#define LIMN_VERSION "(unversioned build)"
#endif

namespace limn {

namespace {

constexpr std::uint32_t k_max_components = 64;
constexpr std::size_t k_max_id = 64;
constexpr std::size_t k_max_name = 100;
constexpr std::size_t k_max_summary = 300;

constexpr const char* k_newer_plugin = "get another version of the plugin";

// Text that a person reads in a list. Unlike an answer of a gateway it was written on purpose: what
// is not fit to be shown is refused.
Read<std::string> read_name(limn_str text, std::size_t max_size, std::string_view what)
{
  LIMN_TRY_ASSIGN(const auto name, read_text(text, max_size, what));
  if (terminal_safe(name) != name) {
    return fail(Fault{9, fmt::format("gave {} that is not plain UTF-8 text", what)});
  }
  return std::string(name);
}

Failure unusable(const Fault& fault)
{
  const auto rule = fault.rule ? fmt::format("rule {} of ", fault.rule) : std::string();
  return {FailureClass::settings,
          fmt::format("it breaks {}the plugin contract: it {}", rule, fault.what), k_newer_plugin};
}

Read<void> check_functions(const limn_component& component, std::string_view kind)
{
  const auto missing = [](std::string_view name) {
    return fail(Fault{0, fmt::format("gave no function \"{}\"", name)});
  };
  if (!component.create) {
    return missing("create");
  }
  if (!component.destroy) {
    return missing("destroy");
  }
  if (!component.functions) {
    return fail(Fault{0, "gave no functions for its kind"});
  }
  if (kind == k_config_source_kind) {
    const auto* table = static_cast<const limn_config_source_v1*>(component.functions);
    if (!LIMN_HAS(table, limn_config_source_v1, collect)) {
      return fail(Fault{1, fmt::format("gave a limn_config_source_v1 of {} bytes, less than in "
                                       "contract 1.0",
                                       table->struct_size)});
    }
    return table->collect ? Read<void>() : missing("collect");
  }
  const auto* table = static_cast<const limn_provider_v1*>(component.functions);
  if (!LIMN_HAS(table, limn_provider_v1, close)) {
    return fail(
      Fault{1, fmt::format("gave a limn_provider_v1 of {} bytes, less than in contract 1.0",
                           table->struct_size)});
  }
  if (!table->describe) {
    return missing("describe");
  }
  if (!table->open) {
    return missing("open");
  }
  if (!table->next) {
    return missing("next");
  }
  if (!table->receive) {
    return missing("receive");
  }
  return table->close ? Read<void>() : missing("close");
}

// Fills `record` as far as the component can be read.
Read<void> read_component(const limn_component* component, ComponentRecord& record)
{
  if (!component) {
    return fail(Fault{0, "gave no component where it counts one"});
  }
  if (!LIMN_HAS(component, limn_component, functions)) {
    return fail(Fault{1, fmt::format("gave a limn_component of {} bytes, less than in contract 1.0",
                                     component->struct_size)});
  }
  LIMN_TRY_ASSIGN(const auto id, read_text(component->id, k_max_id, "an id"));
  if (!is_component_id(id)) {
    return fail(Fault{0, fmt::format("gave the id \"{}\", which is not of the form "
                                     "[a-z][a-z0-9_]*",
                                     shortened(terminal_safe(id), k_max_id))});
  }
  record.id = id;
  LIMN_TRY_ASSIGN(record.kind, read_name(component->kind, k_max_name, "a kind"));
  LIMN_TRY_ASSIGN(record.display_name,
                  read_name(component->display_name, k_max_name, "a display name"));
  LIMN_TRY_ASSIGN(record.summary, read_name(component->summary, k_max_summary, "a summary"));
  if (record.kind == LIMN_KIND_PROVIDER) {
    record.kind = k_provider_kind;
  } else if (record.kind == LIMN_KIND_CONFIG_SOURCE) {
    record.kind = k_config_source_kind;
  } else {
    record.state = ComponentRecord::State::skipped;
    record.reason = fmt::format("limn {} does not know components of the kind \"{}\": a newer limn "
                                "may",
                                LIMN_VERSION, record.kind);
    return {};
  }
  return check_functions(*component, record.kind);
}

Result<ComponentRecord> read_entry(const limn_entry& entry)
{
  if (!LIMN_HAS(&entry, limn_entry, component_at)) {
    return fail(unusable({1, fmt::format("has a limn_entry of {} bytes, less than in contract 1.0",
                                         entry.struct_size)}));
  }
  if (entry.min_host_minor > k_accepted_contracts.newest_minor) {
    return fail(FailureClass::settings,
                fmt::format("it needs plugin contract {}.{} or newer, and limn {} has {}.{}",
                            LIMN_ABI_MAJOR, entry.min_host_minor, LIMN_VERSION, LIMN_ABI_MAJOR,
                            LIMN_ABI_MINOR),
                "update limn, or get an older version of the plugin");
  }
  if (!entry.component_count || !entry.component_at) {
    return fail(unusable({0, "gave no function to list its components"}));
  }
  ComponentRecord record;
  const auto read = [&]() -> Read<void> {
    LIMN_TRY_ASSIGN(record.plugin, read_name(entry.name, k_max_name, "a plugin name"));
    LIMN_TRY_ASSIGN(record.version, read_name(entry.version, k_max_name, "a plugin version"));
    LIMN_TRY_ASSIGN(record.vendor, read_name(entry.vendor, k_max_name, "a vendor"));
    if (record.plugin.empty()) {
      return fail(Fault{0, "has no name"});
    }
    return {};
  }();
  if (!read) {
    return fail(unusable(read.error()));
  }
  return record;
}

} // namespace

Result<std::vector<CheckedComponent>> check_components(const limn_entry& entry,
                                                       const std::filesystem::path& file)
{
  LIMN_TRY_ASSIGN(auto blank, read_entry(entry));
  blank.file = file;
  std::vector<const limn_component*> components;
  try {
    const auto count = entry.component_count();
    if (count == 0 || count > k_max_components) {
      return fail(unusable({0, fmt::format("counts {} components: from 1 to {} are allowed", count,
                                           k_max_components)}));
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      components.push_back(entry.component_at(i));
    }
  } catch (...) {
    return fail(unusable({7, "threw an exception when asked for its components"}));
  }

  std::vector<CheckedComponent> checked;
  for (const auto* component : components) {
    CheckedComponent one{blank, component};
    if (const auto read = read_component(component, one.record); !read) {
      const auto failure = unusable(read.error());
      one.record.state = ComponentRecord::State::failed;
      one.record.reason = fmt::format("{}; {}", failure.message, failure.hint);
    }
    if (one.record.state != ComponentRecord::State::ready) {
      one.component = nullptr;
    }
    checked.push_back(std::move(one));
  }
  return checked;
}

} // namespace limn
