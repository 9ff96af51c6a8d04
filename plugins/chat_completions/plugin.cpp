#include "chat_completions/chat_completions.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("chat_completions", "0.1.0", "limn",
            limn::sdk::provider<limn::chat_completions::ChatCompletions>(
              "chat_completions", "Chat completions",
              "POST /chat/completions, to chat models that answer with images"))
