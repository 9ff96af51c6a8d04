#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// --- Interface ---

// What went wrong, as a closed list. The first nineteen are those of the plugin contract
// (limn_status), in its order.
enum class FailureClass {
  content = 1,
  billing,
  auth,
  access,
  model,
  endpoint,
  size,
  parameter,
  invalid_request,
  rate_limited,
  server,
  unreachable,
  tls,
  outcome_unknown,
  no_image,
  bad_image,
  cancelled,
  not_saved,
  internal,
  settings,
  not_found,   // a file that is absent; never the end of a command
  unsupported, // a provider cannot express the job
  usage,       // the command line makes no sense
  no_gateway,  // nothing was found to ask
  unclear,     // a refusal that limn does not understand; to plugins an invalid_request
};

// The name used in messages, JSON and limn.yaml, e.g. "rate_limited".
std::string_view to_string(FailureClass failure_class);

// The class of that name, or nothing.
std::optional<FailureClass> failure_class_from(std::string_view name);

struct Failure {
  FailureClass failure_class = FailureClass::internal;
  std::string message; // what happened, one sentence; no key in it
  std::string hint;    // what the user can do; may be empty
  std::string code;    // the gateway's own code; may be empty
  std::string param;   // the parameter it is about; may be empty
  std::optional<std::chrono::milliseconds> retry_after;
  std::vector<std::string> details; // what there is to know besides, a line each; mostly none

  Failure() = default;
  Failure(FailureClass a_class, std::string a_message, std::string a_hint = {})
    : failure_class(a_class), message(std::move(a_message)), hint(std::move(a_hint))
  {
  }
};

} // namespace limn
