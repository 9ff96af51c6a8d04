#pragma once

#include "conformance/conversation.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// How an answer holds an image: as base64 in its text, as the bytes that it consists of, or as the
// address of it.
enum class Holding { base64, bytes, address };

// How a gateway brings an image. A provider needs to understand one of them.
struct Shape {
  std::string name;
  Holding holding = Holding::base64;
  // The answer to the `index`-th request, from 0, with that picture in it where it is due.
  std::function<Reply(const ProviderRequest& request, int index, std::string_view picture)> answer;
  // What a provider hands over for that picture, as a Conversation has it.
  std::function<std::string(std::string_view picture)> given;

  // How the picture stands in the answer's body.
  std::string written(std::string_view picture) const;
  // Whether the answer with this body brings the picture.
  bool brings(std::string_view body, std::string_view picture) const;
};

// Those that this kit knows.
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
