#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/conduct.hpp"

#include <limn/abi.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Everything that a plugin says is taken in here: nothing that it does wrong reaches the rest of
// core.

namespace limn {

// --- Interface ---

// What a plugin did against the contract.
struct Fault {
  int rule = 0; // of those at the top of abi.h; 0: of the struct or function that `what` names
  std::string what;
};

template <typename T>
using Read = tl::expected<T, Fault>;

inline tl::unexpected<Fault> fail(Fault fault)
{
  return tl::unexpected<Fault>(std::move(fault));
}

// The class of a status other than LIMN_OK; nothing if this host does not know it.
std::optional<FailureClass> failure_class_of(limn_status status);

// The status that says `failure_class` to a plugin.
limn_status status_of(FailureClass failure_class);

// The text that a plugin gave. `what` names it in the fault.
Read<std::string_view> read_text(limn_str text, std::size_t max_size, std::string_view what);

// The same, fit for people: terminal-safe, one line, cut to `max_size` instead of refused.
Read<std::string> read_label(limn_str text, std::size_t max_size, std::string_view what);

struct PairLimits {
  std::size_t count;
  std::size_t key_size;
  std::size_t value_size;
};

// Of the headers that a component has sent with a request.
inline constexpr PairLimits k_header_limits{100, 256, 8 * 1024};

Read<Pairs> read_pairs(const limn_kv* items, std::size_t count, PairLimits limits,
                       std::string_view what);

// One call of a plugin's function: takes the error that it reports, notes the rules that it breaks,
// and says at the end what came of it. Used once.
class GuardedCall
{
public:
  // `function` names the function in messages. Both are borrowed.
  GuardedCall(Conduct& conduct, std::string_view function);
  GuardedCall(const GuardedCall&) = delete;
  GuardedCall& operator=(const GuardedCall&) = delete;

  // For the plugin to report to.
  const limn_error_sink* errors() const { return &m_sink; }

  // Makes the call: `action` returns the plugin's status. A component that broke a rule before is
  // not called again.
  template <typename Action>
  Done run(Action&& action);

  // Inside of a sink: does `action`, and lets nothing that it throws out into the plugin.
  template <typename Action>
  void shield(Action&& action) noexcept;

  // The plugin broke the contract. Of several faults the first one counts.
  void note(const Fault& fault);

  // For what only shows after the call: notes the fault and gives the failure that it is.
  Failure broken(const Fault& fault);

private:
  static void report(void* context, const limn_error* error) noexcept;
  void take(const limn_error* error);
  Done verdict(limn_status status);
  Failure breach() const;

  Conduct& m_conduct;
  std::string_view m_function;
  limn_error_sink m_sink;
  int m_reports = 0;
  limn_status m_reported_status = LIMN_OK;
  Failure m_failure;
  bool m_is_host_in_trouble = false;
};

// How long a call may take before the user is told which plugin holds everything else up.
inline constexpr std::chrono::milliseconds k_longest_call{1000};

// Measures one call. One that was too long is told in a warning, once for each component.
class LoopWatch
{
public:
  // Both are borrowed.
  LoopWatch(Conduct& conduct, std::string_view function);
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;
  ~LoopWatch();

private:
  Conduct& m_conduct;
  std::string_view m_function;
  std::chrono::steady_clock::time_point m_start;
};

// For destroy and close: there is nobody left to tell.
template <typename Action>
void ignoring_exceptions(Action&& action) noexcept;

// --- Inline implementations ---

template <typename Action>
Done GuardedCall::run(Action&& action)
{
  if (!m_conduct.breach.empty()) {
    return fail(breach());
  }
  limn_status status = LIMN_INTERNAL;
  try {
    const LoopWatch watch(m_conduct, m_function);
    status = std::forward<Action>(action)();
  } catch (const std::exception& e) {
    return fail(broken({7, std::string("threw an exception: ") + e.what()}));
  } catch (...) {
    return fail(broken({7, "threw an exception of unknown type"}));
  }
  return verdict(status);
}

template <typename Action>
void GuardedCall::shield(Action&& action) noexcept
{
  try {
    std::forward<Action>(action)();
  } catch (...) {
    m_is_host_in_trouble = true;
  }
}

template <typename Action>
void ignoring_exceptions(Action&& action) noexcept
{
  try {
    std::forward<Action>(action)();
  } catch (...) {
  }
}

} // namespace limn
