#pragma once

#include "base/held_log.hpp"
#include "base/redaction.hpp"
#include "base/result.hpp"
#include "engine/chronicle.hpp"
#include "engine/engine.hpp"
#include "gateways/discover.hpp"
#include "http/transport.hpp"
#include "loop/loop.hpp"
#include "settings/load.hpp"
#include "store/stores.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// Where a run has its files, and what it says over the settings. Paths are absolute.
struct EngineHostOptions {
  SettingsFiles settings_files;
  std::filesystem::path state_folder;              // empty: nothing is remembered
  std::filesystem::path history_folder;            // empty: no history is kept
  std::filesystem::path plugin_folder;             // of this installation
  std::vector<std::filesystem::path> plugin_files; // before those that are found
  std::vector<std::string> isolate;                // besides those of the settings
  bool has_plugins = true;
  std::filesystem::path ca_file; // empty: as CertificateStore has it
  std::string user_agent = "limn";
};

// What a door needs besides its own manners: settings, plugins, memory, gateways and an engine on
// them, made from the files of this machine. Each part is made when it is first asked for, so that
// nobody pays for what is not used. On the loop's thread.
class EngineHost
{
public:
  // Reads the settings. All three are borrowed and outlive this; `redactor` is told every secret
  // before anything could be said that has it in it, `log` what should be looked at.
  static Result<std::unique_ptr<EngineHost>> open(EngineHostOptions options, Loop& loop, Log& log,
                                                  Redactor& redactor);
  ~EngineHost();
  EngineHost(const EngineHost&) = delete;
  EngineHost& operator=(const EngineHost&) = delete;

  // Reads the settings anew, and looks for plugins and gateways anew. Jobs under way end with what
  // they began with. Where the settings are faulty everything stays as it was. What was returned by
  // reference before is gone once no such job is left.
  Done reload();

  const EngineHostOptions& options() const { return m_options; }
  const Settings& settings() const;
  // Asks the store of that address, once, whether it takes pictures at all, and waits for what it
  // says: a failure where it says no. One that cannot be reached may be there later.
  Done check_store(const StoreAddress& address);

  Registry& registry();
  // Those of the settings, for who holds on to it beyond a reload, too.
  std::shared_ptr<Stores> stores() const;
  Learnt& learnt();
  Engine& engine();
  HttpClient& client(); // of the engine

  // While it lives, what is returned by reference now stays, also behind a reload().
  std::shared_ptr<const void> hold() const;

  // The book of who shares limits with other machines, instead of the files of this one: before the
  // engine is first asked for. Borrowed, and outlives all jobs.
  void share_rates(RateBook& book) { m_rates = &book; }

  // Every gateway of this machine, in order. Tells the log what could not be read on the way.
  const Discovered& discovered();

  // What these config sources would find, whatever `sources:` says. Changes nothing of what is
  // used.
  Discovered looked_through(const std::vector<std::string>& sources);

  // The gateways of these names, in the order of discovery; all if `names` is empty.
  // Tells what could not be read as far as it is about those. FailureClass::usage for a name that
  // does not exist, no_gateway if there is none that can be used.
  Result<std::vector<Gateway>> gateways(const std::vector<std::string>& names);

  // Writes down what was learnt, and takes up what other processes learnt or forgot meanwhile; a
  // warning where that fails.
  void remember();

private:
  struct Ground;

  EngineHost(EngineHostOptions options, Loop& loop, Log& log, Redactor& redactor);

  Result<std::shared_ptr<Ground>> read_ground();
  EngineGround engine_ground();
  void find();
  Discovered discovered_by(const Settings& settings);
  void tell_warnings(const std::function<bool(const DiscoveryWarning&)>& matters);

  EngineHostOptions m_options;
  Loop& m_loop;
  Log& m_log;
  Redactor& m_redactor;
  DiskThread m_disk;
  DiskThread m_locks;
  std::optional<Learnt> m_learnt;
  std::unique_ptr<Chronicle> m_chronicle; // made once; who is told not to keep one does not use it
  std::unique_ptr<Transport> m_transport;
  std::shared_ptr<Ground> m_ground;
  RateBook* m_rates = nullptr; // none: files
  std::unique_ptr<Engine> m_engine;
};

} // namespace limn
