#pragma once

#include "base/result.hpp"
#include "http/request.hpp"
#include "model/gateway.hpp"
#include "model/job.hpp"
#include "plugin/provider.hpp"

#include <chrono>
#include <vector>

namespace limn {

// What a provider described, as the transport sends it: the gateway's URL, headers and key, and the
// body's parts. The only place where a provider's request meets the key, in the form that the
// gateway's terms say. FailureClass::internal if the provider refers to an input that the job does
// not have, to a target that is not on the gateway's origin, or sets the key's header itself.
Result<HttpRequest> wire_request(const ProviderRequest& request, const Gateway& gateway,
                                 const std::vector<Input>& inputs,
                                 std::chrono::milliseconds timeout);

} // namespace limn
