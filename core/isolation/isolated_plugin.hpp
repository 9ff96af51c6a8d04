#pragma once

#include "failure/failure_words.hpp"
#include "isolation/isolated_calls.hpp"
#include "isolation/listing.hpp"
#include "isolation/stand_in.hpp"
#include "plugin/component_check.hpp"
#include "plugin/plugin_process.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The process that `isolated_main` is in. What a plugin says there is limn's to judge here.
class IsolatedPlugin : public PluginProcess
{
public:
  // Each plugin is started in a process of its own; `words` as HostServices has them.
  static StartPluginProcess starter(FailureWords words);

  const std::vector<CheckedComponent>& components() const override { return m_components; }
  const limn_host* host_of(const limn_component* component) const override;
  const std::string& trouble() const override { return m_calls.trouble(); }

private:
  IsolatedPlugin(std::filesystem::path file, std::unique_ptr<IsolatedProcess> process, Log& log);
  Done load(const FailureWords& words);
  void take(Listed one);

  std::filesystem::path m_file;
  Log& m_log;
  IsolatedCalls m_calls;
  std::string m_isolation;
  std::vector<std::unique_ptr<StandIn>> m_stand_ins;
  std::vector<CheckedComponent> m_components;
};

} // namespace limn
