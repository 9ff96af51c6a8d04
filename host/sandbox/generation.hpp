#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/order.hpp"

#include <functional>
#include <string>

namespace limn::sandbox {

// Keeps an image's bytes and returns the URL under which they can be fetched.
using Publish = std::function<std::string(std::string png)>;

// An image on its way: what stands in "b64_json" (or "result"), and what stands in "url".
struct Rendered {
  SharedText base64; // JSON-escaped where it has to be; without the quotes; may be null
  std::string url;
};

// The whole image of an order.
Rendered render(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish);

// Draws what was ordered and wraps it the way the behaviour says.
Answer draw(const Order& order, const ChosenBehaviour& behaviour, const Publish& publish);

} // namespace limn::sandbox
