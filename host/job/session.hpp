#pragma once

#include "engine/engine_host.hpp"
#include "job/options.hpp"
#include "job/out.hpp"

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
  // All are borrowed.
  static Result<std::unique_ptr<Session>> open(const GlobalOptions& options, Redactor& redactor,
                                               Terminal& terminal, Out& out, Memory memory);

  const GlobalOptions& options() const { return m_options; }
  const Redactor& redactor() const { return m_redactor; }
  Terminal& terminal() { return m_terminal; }
  Out& out() { return m_out; }
  Loop& loop() { return *m_loop; }
  EngineHost& host() { return *m_host; }
  const Settings& settings() const { return m_host->settings(); }

private:
  Session(const GlobalOptions& options, const Redactor& redactor, Terminal& terminal, Out& out)
    : m_options(options), m_redactor(redactor), m_terminal(terminal), m_out(out)
  {
  }

  const GlobalOptions& m_options;
  const Redactor& m_redactor;
  Terminal& m_terminal;
  Out& m_out;
  std::unique_ptr<Loop> m_loop;
  std::unique_ptr<EngineHost> m_host;
};

} // namespace limn
