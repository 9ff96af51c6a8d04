#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "plugin/component_check.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A plugin in a process of its own. Its components are called like any other's.
class PluginProcess
{
public:
  PluginProcess() = default;
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;
  virtual ~PluginProcess() = default;

  // As check_components lists them. The functions of those that are ready live as long as this. A
  // config source has none: it works with files and keys, and is no thing to isolate.
  virtual const std::vector<CheckedComponent>& components() const = 0;

  // What `create` of `component` wants to be given as its host.
  virtual const limn_host* host_of(const limn_component* component) const = 0;

  // Why nothing can be asked of it any more, as a sentence without its subject; empty while it can.
  virtual const std::string& trouble() const = 0;
};

// Starts a process and has it load the plugin. Fails as load_plugin and check_components do
// (settings), and with FailureClass::internal where the process did not survive it. The log
// outlives what is started.
using StartPluginProcess =
  std::function<Result<std::shared_ptr<PluginProcess>>(const std::filesystem::path& file, Log&)>;

// What a provider whose process came to its end is for the rest of core.
Failure failure_of_trouble(std::string_view who, std::string_view trouble);

} // namespace limn
