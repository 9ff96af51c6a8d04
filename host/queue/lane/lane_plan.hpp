#pragma once

#include "base/result.hpp"
#include "engine/engine_host.hpp"
#include "engine/forecast.hpp"
#include "model/cost.hpp"
#include "model/gateway.hpp"
#include "model/job.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Whose requests go into batches.
inline constexpr std::string_view k_lane_provider = "openai_images";

// How a job goes by the cheap lane.
struct LanePlan {
  Gateway gateway;
  std::string model;
  Job job; // as it is sent
  std::vector<std::string> left_out;
  std::string path; // "/images/generations"
  std::string body; // of the request, JSON
  Cost cost;        // at most, of a batch
};

// The request is the provider's own, as a gateway is asked for one picture. FailureClass::usage
// where the job cannot go this way; settings where none of the gateways takes batches.
Result<LanePlan> lane_plan(EngineHost& host, const Job& job, const std::vector<Gateway>& gateways,
                           EngineOptions options);

} // namespace limn
