#pragma once

#include <limn/sdk.hpp>

#include <string>
#include <string_view>

namespace limn::plugins {

// The chat model that is asked where nobody says which.
inline constexpr std::string_view k_default_host_model = "gpt-5.5";

enum class Delivery {
  stream,
  whole,
  background, // a job that is asked after: the answer is no more than its id
};

// How a job is asked for, beyond what the job and the gateway say.
struct ResponsesManner {
  std::string host_model; // the chat model that calls the image tool
  Delivery delivery = Delivery::stream;
};

// Whether the gateway refused the parameter, under its own name or as a member of the tool
// ("tools[0].quality").
bool is_dropped(const sdk::Job& job, std::string_view parameter);

// The request that makes the chat model call its image tool once. Throws LIMN_UNSUPPORTED if the
// gateway refused what this path cannot do without.
sdk::Request responses_request(const sdk::Job& job, const sdk::Gateway& gateway,
                               const ResponsesManner& manner);

} // namespace limn::plugins
