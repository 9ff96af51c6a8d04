#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/conduct.hpp"
#include "plugin/config_source.hpp"
#include "plugin/loaded_components.hpp"
#include "plugin/provider.hpp"

#include <map>
#include <memory>
#include <string>
#include <variant>

namespace limn {

// The instances of components: made when they are asked for first, each with the settings of its
// id, and kept.
class Instances
{
public:
  // All but the settings is borrowed.
  Instances(LoadedComponents& components, const limn_host* host,
            std::map<std::string, Pairs> settings, Log& log);

  // That of the component at `index`, which is ready to have one. Where it cannot be made the
  // component has failed: FailureClass::settings with its own reason, internal if it broke the
  // contract.
  Result<Provider*> provider(std::size_t index) { return made<Provider>(index); }
  Result<ConfigSource*> config_source(std::size_t index) { return made<ConfigSource>(index); }

  // Marks those as failed that broke the contract since the last look, or whose process ended.
  void notice_breaches();

private:
  using Instance =
    std::variant<std::monostate, std::unique_ptr<Provider>, std::unique_ptr<ConfigSource>>;

  template <typename Kind>
  Result<Kind*> made(std::size_t index);
  template <typename Kind>
  std::unique_ptr<Kind> wrapped(std::size_t index, void* instance) const;
  Result<void*> create(std::size_t index, Conduct& conduct) const;
  Failure not_made(std::size_t index, const Conduct& conduct, Failure failure);
  std::string breach_of(std::size_t index) const;

  LoadedComponents& m_components;
  const limn_host* m_host;
  std::map<std::string, Pairs> m_settings;
  Log& m_log;
  std::map<std::size_t, Instance> m_instances; // by index
};

} // namespace limn
