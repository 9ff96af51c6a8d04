#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/registry.hpp"

#include <string>

namespace limn {

// The gateway with the terms that a provider has for it: how its key is presented and what lists
// its models. Without that provider they are OpenAI's; whoever needs it says that there is none.
// Fails as the provider does.
Result<Gateway> met_by(const std::string& provider, Gateway gateway, Registry& registry);

} // namespace limn
