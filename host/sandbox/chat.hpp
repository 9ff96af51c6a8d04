#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/generation.hpp"
#include "sandbox/order.hpp"

namespace limn::sandbox {

enum class ChatForm { whole, stream };

// The answer of /chat/completions around an image.
Answer draw_chat(const Behaviour& behaviour, const Rendered& image, ChatForm form);

} // namespace limn::sandbox
