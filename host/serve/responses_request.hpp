#pragma once

#include "base/result.hpp"
#include "serve/edit_inputs.hpp"

#include <string>
#include <string_view>

namespace limn {

// What POST /v1/responses tells back of itself.
struct ResponsesEcho {
  std::string model;               // of the chat, as the client names it
  std::string tool = "{}";         // as it stands there, without pictures: JSON
  std::string choice = "\"auto\""; // of the tool: JSON
};

// The body of POST /v1/responses, as far as it asks for one picture: texts, pictures to work from
// as data: URLs, and the tool image_generation. `call` gets what is asked for. Failures as
// read_images_request has them; what else the API has is unsupported_parameter.
Result<ResponsesEcho> read_responses_request(std::string_view json, EditInputs& inputs,
                                             ImageCall& call);

} // namespace limn
