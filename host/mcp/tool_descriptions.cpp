#include "mcp/tool_descriptions.hpp"

#include "mcp/arguments.hpp"

#include <utility>

namespace limn {

std::vector<ToolDescription> image_tool_descriptions()
{
  ToolDescription generate;
  generate.name = k_generate_tool;
  generate.title = "Draw or edit a picture";
  generate.description =
    "Draws a picture from a prompt, or edits pictures given as `inputs`, with whatever image API "
    "this machine has, and saves it as a file. Returns the file's path, size, cost and gateway. It "
    "costs money; the same call again within ten minutes joins or returns the same picture and "
    "costs nothing. If the result says state=running, call image_job with its job_id.";
  generate.input_schema = image_arguments_schema();
  generate.is_open_world = true;

  ToolDescription job;
  job.name = k_job_tool;
  job.title = "Wait for a picture";
  job.description =
    "How a picture of generate_image stands, by its job_id: waits until it is done, "
    "and returns its files. Costs nothing.";
  job.input_schema = job_arguments_schema();
  job.is_read_only = true;
  job.is_idempotent = true;

  ToolDescription gateways;
  gateways.name = k_gateways_tool;
  gateways.title = "Who draws, and where files go";
  gateways.description =
    "Lists the image APIs that were found on this machine, in the order in which they are asked, "
    "what is wrong with those that cannot be used, the folders that may be written to and read "
    "from, and the limits of cost. Costs nothing. For when generate_image failed with no_gateway, "
    "auth, billing or model.";
  gateways.input_schema = gateway_arguments_schema();
  gateways.is_read_only = true;
  gateways.is_idempotent = true;
  gateways.is_open_world = true;

  ToolDescription cost;
  cost.name = k_cost_tool;
  cost.title = "What a picture would cost";
  cost.description = "What generate_image with the same arguments would cost, in US dollars. Asks "
                     "nobody, draws nothing and costs nothing.";
  cost.input_schema = image_arguments_schema();
  cost.is_read_only = true;
  cost.is_idempotent = true;
  return {std::move(generate), std::move(job), std::move(gateways), std::move(cost)};
}

} // namespace limn
