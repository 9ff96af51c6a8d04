#pragma once

#include "model/gateway.hpp"
#include "model/result.hpp"
#include "sandbox/sandbox.hpp"

#include <memory>

namespace limn {

// In place of an amount, of what --sandbox drew or would draw.
inline constexpr const char* k_sandbox_cost = "costs nothing in the sandbox";

// --sandbox: a server inside this process, and the gateway that stands for it.
struct EmbeddedSandbox {
  std::unique_ptr<Sandbox> server;
  Gateway gateway;
};

Result<EmbeddedSandbox> start_sandbox();

} // namespace limn
