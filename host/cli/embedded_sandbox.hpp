#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "sandbox/sandbox.hpp"

#include <memory>

namespace limn {

// --sandbox: a server inside this process, and the gateway that stands for it.
struct EmbeddedSandbox {
  std::unique_ptr<Sandbox> server;
  Gateway gateway;
};

Result<EmbeddedSandbox> start_sandbox();

} // namespace limn
