#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "sandbox/sandbox.hpp"

#include <memory>

namespace limn {

// --sandbox: a server on the loop of this process, and the gateway that stands for it.
struct EmbeddedSandbox {
  std::unique_ptr<Sandbox> server;
  Gateway gateway;
};

// The loop is borrowed and outlives it.
Result<EmbeddedSandbox> start_sandbox(Loop& loop);

} // namespace limn
