#pragma once

#include "base/result.hpp"
#include "conformance/lent_memory.hpp"
#include "conformance/notebook.hpp"
#include "plugin/config_source.hpp"
#include "plugin/provider.hpp"

#include <limn/abi.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// How a test wants the plugin's functions to be called.
struct Manner {
  Lending lending;
  std::int64_t failing_allocation = 0; // counted over all calls; 0: none fails
};

// Stands between the host's own classes and a component: every call of the plugin goes through
// here. Notes the function, measures the time, lays the arguments out as the test wants. The host's
// side sees a component like any other.
class Relay
{
public:
  struct Call {
    std::string_view function;
    std::chrono::steady_clock::duration time;
  };

  Relay(const limn_component& component, Notebook& notebook, Manner manner = {});
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  // An instance, held as the host holds it. Not to outlive the relay, nor the host.
  Result<std::unique_ptr<Provider>> provider(const limn_host* host, const Pairs& settings = {});
  Result<std::unique_ptr<ConfigSource>> source(const limn_host* host, const Pairs& settings = {});

  bool has_cancel() const;
  bool has_terms() const;
  // What the last `cancel` said, which the host itself does not look at closely.
  struct CancelSaid {
    int steps = 0;
    bool is_wait = false;
    bool is_billable = false;
  };
  const CancelSaid& cancel_said() const { return m_cancel_said; }
  const std::vector<Call>& calls() const { return m_calls; }
  void forget_calls() { m_calls.clear(); }
  // A status that is none of the contract's list; LIMN_OK if none was returned.
  limn_status odd_status() const { return m_odd_status; }
  bool allocation_failed() const { return m_allocation_failed; }
  // What `create` broke of the contract; empty if nothing.
  const std::string& breach() const { return m_conduct.breach; }

private:
  struct Instance;
  struct Dialogue;
  struct Functions;

  Result<void*> create(const limn_host* host, const Pairs& settings);
  template <typename Action>
  auto watched(std::string_view function, Action&& action);

  const limn_component& m_real;
  Notebook& m_notebook;
  Manner m_manner;
  LentMemory m_kept; // what the plugin may keep: the host
  limn_component m_component;
  limn_provider_v1 m_provider_functions;
  Conduct m_conduct;
  std::vector<Call> m_calls;
  CancelSaid m_cancel_said;
  limn_status m_odd_status = LIMN_OK;
  bool m_allocation_failed = false;
};

} // namespace limn::conformance
