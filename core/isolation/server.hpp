#pragma once

#include "isolation/speaker.hpp"
#include "plugin/component_check.hpp"
#include "plugin/host_services.hpp"

#include <limn/abi.h>

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace limn {

// Makes the calls that limn asks for, in the process of an isolated plugin, and says what came of
// them.
class Server
{
public:
  // `limn` and `services` outlive this.
  Server(Speaker& limn, HostServices& services);

  void set_components(std::vector<CheckedComponent> components);
  void serve(std::string_view asked);

private:
  // An instance or a dialogue.
  struct Made {
    const limn_component* component;
    void* pointer;
  };
  using Things = std::map<std::uint64_t, Made>; // by the number that limn gave them

  static const void* get_service(const limn_host* host, limn_str id) noexcept;
  void create(std::uint64_t number, MessageReader& message);
  void describe(const Made& instance);
  void open(const Made& instance, MessageReader& message);
  void terms(const Made& instance, MessageReader& message);
  template <typename Action>
  void run(Action&& action, void* const* made = nullptr);

  Speaker& m_limn;
  HostServices& m_services;
  limn_host m_host{};
  limn_error_sink m_errors;
  limn_step_sink m_step;
  limn_result_sink m_results;
  limn_terms_sink m_terms;
  std::vector<CheckedComponent> m_components;
  Things m_instances;
  Things m_dialogues;
};

} // namespace limn
