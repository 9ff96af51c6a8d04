#pragma once

#include <limn/sdk.hpp>

#include <string>

namespace limn::responses_api {

enum class Delivery { stream, whole };

// How a job is asked for, beyond what the job and the gateway say.
struct Manner {
  std::string host_model; // the chat model that calls the image tool
  Delivery delivery = Delivery::stream;
};

// Whether the gateway refused the parameter, under its own name or as a member of the tool
// ("tools[0].quality").
bool is_dropped(const sdk::Job& job, std::string_view parameter);

// The request that makes the chat model call its image tool once. Throws LIMN_UNSUPPORTED if the
// gateway refused what this path cannot do without.
sdk::Request responses_request(const sdk::Job& job, const sdk::Gateway& gateway,
                               const Manner& manner);

} // namespace limn::responses_api
