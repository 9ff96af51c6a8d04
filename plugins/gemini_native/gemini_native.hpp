#pragma once

#include <limn/sdk.hpp>

namespace limn::gemini_native {

// Google's own API of Gemini: POST /models/MODEL:generateContent, with the key in x-goog-api-key.
// The base URL ends with the version, or is that of the server alone.
class GeminiNative
{
public:
  sdk::Capabilities describe() const;
  sdk::Terms terms(const sdk::Gateway& gateway) const;
  sdk::Request build(const sdk::Job& job, const sdk::Gateway& gateway) const;
  sdk::Answer read(const sdk::Message& message) const;
};

} // namespace limn::gemini_native
