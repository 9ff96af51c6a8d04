#pragma once

#include "sandbox/behaviour.hpp"

#include <span>

// The literal refusals of gateways: each answers every generation with one body that has been seen
// in the wild, or that the gateway's source or documentation holds.

namespace limn::sandbox {

// What api.openai.com is documented to answer, as far as no other behaviour does so already.
std::span<const Group> openai_refusals();

// The relays that most resellers run: QuantumNous/new-api, songquanpeng/one-api, Wei-Shaw/sub2api.
std::span<const Group> relays_refusals();

// Other gateways, and makers of models with an API of their own.
std::span<const Group> gateways_refusals();

// What stands in front of gateways, and the shapes that errors come in, whoever sends them.
std::span<const Group> shapes_refusals();

} // namespace limn::sandbox
