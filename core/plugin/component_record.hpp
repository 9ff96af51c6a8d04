#pragma once

#include "base/failure.hpp"
#include "base/log.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

// One component, or one file that could not be loaded, as `limn plugins` lists it.
struct ComponentRecord {
  std::filesystem::path file;
  std::string id;   // empty if the file could not be loaded
  std::string kind; // "provider", "config-source", or the unknown kind in full
  std::string display_name;
  std::string summary;
  std::string plugin;  // name of the plugin that carries it
  std::string version; // of that plugin
  std::string vendor;
  enum class State { ready, shadowed, failed, skipped } state = State::ready;
  std::string reason; // why it is not ready; empty if it is
  // What keeps it apart from limn: "own process, no files, ..."; empty if nothing does.
  std::string isolation;
};

inline constexpr std::string_view k_provider_kind = "provider";
inline constexpr std::string_view k_config_source_kind = "config-source";

// "provider acme (/a/b/acme.so)", or "plugin /a/b/acme.so" without an id; for messages.
std::string who(const ComponentRecord& record);

// A failure as the reason of a record: its message and its hint.
std::string reason_of(const Failure& failure);

// One line of what became of it: a warning where it failed, debug where it is just ready.
void log_state(const ComponentRecord& record, Log& log);

} // namespace limn
