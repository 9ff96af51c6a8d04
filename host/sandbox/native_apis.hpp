#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/generation.hpp"
#include "sandbox/order.hpp"
#include "sandbox/request.hpp"

#include <optional>
#include <string_view>

// The APIs that vendors have besides OpenAI's, at every behaviour: Azure OpenAI's below
// /NAME/openai, Google's of Gemini below /NAME/v1beta. Each takes the key in its own header only.

namespace limn::sandbox {

struct NativeCall {
  enum class Lists { nothing, openai, gemini };

  std::optional<Answer> fault; // of the gate, in the vendor's words
  std::optional<Route> route;  // of what draws
  Lists lists = Lists::nothing;
};

// What a path means to one of them, or nothing.
std::optional<NativeCall> native_call(const Request& request, std::string_view path,
                                      const Behaviour& behaviour);

Answer gemini_models(const Behaviour& behaviour);

// The answer of generateContent around an image, or around words.
Answer draw_gemini(const Behaviour& behaviour, const Rendered& image);

} // namespace limn::sandbox
