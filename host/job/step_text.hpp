#pragma once

#include "engine/engine.hpp"

#include <string>

namespace limn {

// What a user reads of a step of a job, of one job or of an item of a batch.

std::string verifying_text(const Gateway& gateway);
std::string started_text(const Attempt& attempt);

// Of an attempt that has a failure.
std::string failed_text(const Attempt& attempt);

} // namespace limn
