#pragma once

#include "conformance/conversation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// How a gateway brings an image. A provider needs to understand one of them.
struct Shape {
  std::string_view name;
  // The answer to a request that draws, and to one that asks how it goes.
  std::string (*drawn)(const std::string& base64);
  std::string (*asked)(const std::string& base64);
};

const std::vector<Shape>& shapes();

// Bytes that are an image as far as a provider can see; each number gives another. Long enough to
// be lifted out of an answer.
std::string picture(int number);
std::string base64(std::string_view bytes);

// Answers every request with pictures of that shape; the `number`-th and following ones.
Gatekeeper good_gatekeeper(const Shape& shape, int number = 1);

// Answers the requests that draw with `reply`, and others as though nothing had been drawn.
Gatekeeper bad_gatekeeper(Reply reply);

// One refusal as a gateway writes it.
struct Refusal {
  std::string_view test_id;
  int status;
  std::string_view body;
};
const std::vector<Refusal>& refusals();

} // namespace limn::conformance
