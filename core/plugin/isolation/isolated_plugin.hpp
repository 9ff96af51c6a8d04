#pragma once

#include "codec/failure_words.hpp"
#include "plugin/component_check.hpp"
#include "plugin/isolation/isolated_calls.hpp"
#include "plugin/isolation/listing.hpp"
#include "plugin/isolation/stand_in.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A plugin that limn runs in a process of its own. Its components are called like any other's.
class IsolatedPlugin
{
public:
  // Starts the process and has it load the plugin. Fails as load_plugin and check_components do
  // (settings), and with FailureClass::internal where the process did not survive it. `log`
  // outlives this.
  static Result<std::shared_ptr<IsolatedPlugin>> start(const std::filesystem::path& file,
                                                       const FailureWords& words, Log& log);
  IsolatedPlugin(const IsolatedPlugin&) = delete;
  IsolatedPlugin& operator=(const IsolatedPlugin&) = delete;

  // As check_components lists them. The functions of those that are ready live as long as this. A
  // config source has none: it works with files and keys, and is no thing to isolate.
  const std::vector<CheckedComponent>& components() const { return m_components; }

  // What `create` of `component` wants to be given as its host.
  const limn_host* host_of(const limn_component* component) const;

  // What is in force: "own process, no files, no network, no environment (seccomp)".
  const std::string& isolation() const { return m_isolation; }

  // As IsolatedCalls has it.
  const std::string& trouble() const { return m_calls.trouble(); }

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
