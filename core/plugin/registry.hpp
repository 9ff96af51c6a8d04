#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/component_record.hpp"
#include "plugin/config_source.hpp"
#include "plugin/provider.hpp"
#include "plugin/search.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// All plugins of this run. Files are loaded in their order until what is asked for is found (with
// isolation and for a list of the components: all at once): what comes later could only be
// shadowed by it. In a directory the file that is named after an id comes first for it. Libraries
// stay loaded until the process ends. A file that cannot be loaded is a record with a reason, and a
// warning in the log; it stops nothing. Where two components have the same kind and id, the first
// sound one found is ready and the later ones are shadowed. A component that breaks the contract
// while it is used is failed from then on.
//
// A file that is named as an isolated id ("acme.so" for "acme") is loaded in a process of its own
// only. An id that turns up in a file of another name is served from such a process too, after the
// file was loaded here: a warning says so. A config source cannot be isolated. An id to isolate
// that nothing has is what every provider fails with; `components` and `config_source` go on, and
// warn of it.
class Registry
{
public:
  // `components_settings` by component id. `host` and `log` are borrowed and outlive this.
  Registry(const PluginSearch& search, const limn_host* host,
           std::map<std::string, Pairs> components_settings, Log& log);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  const std::vector<ComponentRecord>& components() const;

  // The instance of that id, made at the first call. Owned by the registry. If there is none:
  // FailureClass::settings, with every place that was searched and the nearest id. If it cannot be
  // made: settings, with its own reason. If it broke the contract: internal.
  Result<Provider*> provider(std::string_view id);
  Result<ConfigSource*> config_source(std::string_view id);

  // That there is such a component, or a file named after it that nobody has needed yet: all are
  // loaded only where neither is there. Else as `provider` and `config_source` fail: internal for
  // one that broke while it was loaded.
  Done require(std::string_view kind, std::string_view id);

  // That a component of that id, of whatever kind, can be made with its settings. Loads no more
  // than it takes to find it. Else as `provider` and `config_source` fail.
  Done require_made(std::string_view id);

  // That an id that is to be isolated is one of a provider; loads all.
  Done require_isolated(std::string_view id);

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
