#pragma once

#include "base/result.hpp"
#include "model/gateway.hpp"
#include "plugin/registry.hpp"

#include <string>

namespace limn {

// Gives the gateway the terms that a provider has for it: how its key is presented and what lists
// its models. Without that provider they are OpenAI's; whoever needs it says that there is none.
// Fails as the provider does, and then they are OpenAI's, too.
Done meet(Gateway& gateway, const std::string& provider, Registry& registry);

} // namespace limn
