#pragma once

#include "batch/options.hpp"
#include "job/options.hpp"
#include "job/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace limn {

// One function a command, one file each (command_*.cpp). Each prints its result and returns the
// exit status; a Failure is reported by the caller.
Result<int> generate(Session& session, const GenerateOptions& options);
Result<int> batch(Session& session, const BatchOptions& options);
Result<int> discover_gateways(Session& session);
struct VerifyOptions {
  std::vector<std::string> gateways; // by name; empty: all
  std::vector<std::string> models;   // empty: each gateway's, else the settings'
};
Result<int> verify_gateways(Session& session, const VerifyOptions& options);
Result<int> forget(Session& session, const std::vector<std::string>& names);

struct DoctorOptions {
  bool generate = false; // also the points that cost money
  GenerateOptions job;
};
Result<int> doctor(Session& session, const DoctorOptions& options);

struct RecoverOptions {
  std::vector<std::string> names; // to move; none and no `all`: only lists
  bool all = false;               // that is whole
  std::filesystem::path directory;
};
Result<int> recover(Session& session, const RecoverOptions& options);

Result<int> list_plugins(Session& session);

struct CheckOptions {
  std::filesystem::path file;
  std::string only;
  std::string time_limit = "10s"; // for one test; as limn.yaml has durations
  bool in_process = false;
  bool list = false;
  std::string one_test; // for the processes that the command starts
};
Result<int> check_plugin(Console& console, const GlobalOptions& global,
                         const CheckOptions& options);

struct NewPluginCommand {
  std::string name;
  std::string kind = "provider";   // or "config-source"
  std::filesystem::path directory; // empty: ./NAME
};
// Writes a project of a plugin that builds, tests itself and draws. Never over anything.
Result<int> new_plugin(Console& console, const GlobalOptions& global,
                       const NewPluginCommand& command);

Result<int> config_list(Session& session);
Result<int> config_get(Session& session, const std::string& key);
Result<int> config_set(Console& console, const GlobalOptions& options, const std::string& key,
                       const std::string& value);
Result<int> config_unset(Console& console, const GlobalOptions& options, const std::string& key);
Result<int> config_path(Console& console, const GlobalOptions& options);

struct SandboxCommand {
  std::uint16_t port = 0; // 0: any free one
  bool list = false;
};
Result<int> serve_sandbox(Console& console, const GlobalOptions& global,
                          const SandboxCommand& options);

} // namespace limn
