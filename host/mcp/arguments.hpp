#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What an agent says to generate_image and image_cost. What belongs to the job is a member of an
// item of a batch, too (job_fields.hpp).
struct ImageArguments {
  JobText job;            // inputs, mask and directory as they were said
  std::string name;       // of the file, without folders; empty: as output.name
  std::string request_id; // the caller's own name for the call
  bool again = false;     // drawn anew, whatever is there already
  std::optional<std::chrono::seconds> wait;
  bool preview = false;
};

// To image_job.
struct JobArguments {
  std::string job_id;
  std::optional<std::chrono::seconds> wait;
  bool preview = false;
};

// To image_gateways.
struct GatewayArguments {
  bool refresh = false;
};

// Each reads the text of a JSON object; FailureClass::usage for the first mistake, with the name of
// the argument.
Result<ImageArguments> read_image_arguments(std::string_view json);
Result<JobArguments> read_job_arguments(std::string_view json);
Result<GatewayArguments> read_gateway_arguments(std::string_view json);

// The same as JSON Schema: an object.
std::string image_arguments_schema();
std::string job_arguments_schema();
std::string gateway_arguments_schema();

} // namespace limn
