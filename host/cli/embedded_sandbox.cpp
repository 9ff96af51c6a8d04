#include "cli/embedded_sandbox.hpp"

#include <string_view>

namespace limn {

namespace {

constexpr std::string_view k_sandbox_key = "limn-sandbox-no-real-key";

} // namespace

Result<EmbeddedSandbox> start_sandbox(Loop& loop)
{
  EmbeddedSandbox embedded;
  LIMN_TRY_ASSIGN(embedded.server, Sandbox::start(loop, {}));
  embedded.gateway.name = "sandbox";
  embedded.gateway.base_url = embedded.server->base_url("ok");
  embedded.gateway.key = Secret(k_sandbox_key);
  embedded.gateway.id = gateway_id(embedded.gateway);
  embedded.gateway.origins = {"--sandbox"};
  embedded.gateway.costs_nothing = true;
  return embedded;
}

} // namespace limn
