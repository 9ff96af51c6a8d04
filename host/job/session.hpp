#pragma once

#include "base/held_log.hpp"
#include "gateways/discover.hpp"
#include "http/transport.hpp"
#include "job/console.hpp"
#include "job/options.hpp"
#include "memory/learnt.hpp"
#include "plugin/host_services.hpp"
#include "plugin/registry.hpp"
#include "settings/load.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// Where the settings of this run lie.
SettingsFiles settings_files(const GlobalOptions& options);

// What most commands need, made from the settings and the command line: plugins, memory, gateways.
// Each part is made when it is first asked for, so that no command pays for what it does not use.
class Session
{
public:
  static Result<std::unique_ptr<Session>> open(const GlobalOptions& options, Console& console);

  const GlobalOptions& options() const { return m_options; }
  Console& console() { return m_console; }
  const SettingsFiles& files() const { return m_files; }
  const Settings& settings() const { return m_settings; }
  Registry& registry();
  Learnt& learnt();

  // Every gateway of this machine, in order. Their keys are hidden from all output from here on.
  // Tells what could not be read on the way.
  const Discovered& discovered();

  // The gateways of these names, in the order of discovery; all if `names` is empty.
  // Tells what could not be read as far as it is about those. FailureClass::usage for a name that
  // does not exist, no_gateway if there is none that can be used.
  Result<std::vector<Gateway>> gateways(const std::vector<std::string>& names);

  Result<std::unique_ptr<Transport>> transport(Loop& loop);

private:
  Session(const GlobalOptions& options, Console& console, SettingsFiles files, Settings settings);

  void find();
  void tell_warnings(const std::function<bool(const DiscoveryWarning&)>& matters);

  const GlobalOptions& m_options;
  Console& m_console;
  SettingsFiles m_files;
  Settings m_settings;
  HeldLog m_log; // of plugins
  HostServices m_services;
  std::unique_ptr<Registry> m_registry;
  std::optional<Learnt> m_learnt;
  std::optional<Discovered> m_discovered;
};

} // namespace limn
