#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/order.hpp"

#include <functional>
#include <string>

namespace limn::sandbox {

// Keeps an image's bytes and returns the URL under which they can be fetched.
using Publish = std::function<std::string(std::string png)>;

// Draws what was ordered and wraps it the way the behaviour says.
Answer draw(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish);

} // namespace limn::sandbox
