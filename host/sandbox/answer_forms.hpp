#pragma once

#include "sandbox/behaviour.hpp"

#include <span>

namespace limn::sandbox {

// Gateways that draw, and say so in a form of their own: other fields, streams, chats, jobs,
// batches, other vendors.
std::span<const Group> answer_forms();

} // namespace limn::sandbox
