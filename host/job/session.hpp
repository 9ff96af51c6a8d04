#pragma once

#include "engine/engine_host.hpp"
#include "job/console.hpp"
#include "job/options.hpp"

#include <memory>

namespace limn {

// Where the settings of this run lie.
SettingsFiles settings_files(const GlobalOptions& options);

// What a run remembers of gateways: in the state folder, or nothing, since they are not real ones.
enum class Memory { kept, none };

// A run of the command: how it was called, where it tells things, and the engine's host for both.
class Session
{
public:
  // Options and console are borrowed.
  static Result<std::unique_ptr<Session>> open(const GlobalOptions& options, Console& console,
                                               Memory memory);

  const GlobalOptions& options() const { return m_options; }
  Console& console() { return m_console; }
  Loop& loop() { return *m_loop; }
  EngineHost& host() { return *m_host; }
  const Settings& settings() const { return m_host->settings(); }

private:
  Session(const GlobalOptions& options, Console& console) : m_options(options), m_console(console)
  {
  }

  const GlobalOptions& m_options;
  Console& m_console;
  std::unique_ptr<Loop> m_loop;
  std::unique_ptr<EngineHost> m_host;
};

} // namespace limn
