#pragma once

#include "base/failure.hpp"
#include "job/session.hpp"
#include "model/gateway.hpp"

#include <filesystem>
#include <string>

namespace limn {

// Where files of batches are kept while they are needed.
std::filesystem::path lane_folder(Session& session);

// What a queue calls a gateway: a digest of address and key.
std::string lane_gateway(const Gateway& gateway);

// What may go better another time or on another machine, and is not the job's own fault.
bool may_go_by_another(FailureClass failure_class);

} // namespace limn
