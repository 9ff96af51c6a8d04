#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/conduct.hpp"

#include <limn/abi.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A gateway as a config source found it: base URL not yet normalised, exactly one origin.
struct CollectedGateways {
  std::vector<Gateway> gateways;
  std::optional<Failure>
    failure; // what could not be read; the gateways found until then still count
};

// An instance of a config source component.
class ConfigSource
{
public:
  // Takes over `instance`; `who` names it in messages. `log` is told of calls that take too long.
  ConfigSource(const limn_component* component, void* instance, std::string who,
               Log* log = nullptr);
  ConfigSource(const ConfigSource&) = delete;
  ConfigSource& operator=(const ConfigSource&) = delete;
  ~ConfigSource();

  std::string_view id() const;

  // Every gateway the source knows, in its order; of `part` only, if one is named (limn_query). A
  // plugin that breaks a rule of the contract gives a failure of class internal that names it.
  CollectedGateways collect(std::string_view part = {});

  // The rule that it broke; empty while it keeps them. From then on collecting fails.
  const std::string& breach() const { return m_conduct.breach; }

private:
  const limn_component* m_component;
  const limn_config_source_v1* m_functions;
  void* m_instance;
  Conduct m_conduct;
};

} // namespace limn
