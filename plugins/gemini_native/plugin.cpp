#include "gemini_native/gemini_native.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("gemini_native", "0.1.0", "limn",
            limn::sdk::provider<limn::gemini_native::GeminiNative>(
              "gemini_native", "Gemini API",
              "POST /models/MODEL:generateContent, with the key in x-goog-api-key"))
