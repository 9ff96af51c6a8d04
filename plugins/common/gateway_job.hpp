#pragma once

#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace limn::plugins {

enum class JobCourse {
  untold,  // the answer does not say, or in a word that nobody knows
  pending, // there is more to come
  done,
  failed,
};

// What an answer says of a job that a gateway has taken: in the words of any of the relays and
// vendors that draw while nobody holds the line.
struct GatewayJob {
  std::string id;                            // as it was told; may be empty
  std::vector<std::string> addresses;        // where to ask after it, as they were told
  std::vector<std::string> result_addresses; // where its images are once it is done
  JobCourse course = JobCourse::untold;
  std::string status; // the word for it; may be empty
  std::string reason; // why it failed, in the gateway's words; may be empty

  // Whether an answer without an image is a job that can be asked after, and no failure.
  bool can_be_asked() const
  {
    return course != JobCourse::failed
           && (!id.empty() || !addresses.empty() || !result_addresses.empty());
  }
};

// Reads a message and the headers of its answer.
GatewayJob gateway_job_in(const Json& message, const sdk::Event& event);

// The same where an answer may hold several, one for each image: in a list `data`. Never empty.
std::vector<GatewayJob> gateway_jobs_in(const Json& message, const sdk::Event& event);

// As it may stand in a path or query, where it is one segment or value and nothing else.
std::string percent_encoded(std::string_view text);

// Retry-After in seconds, an hour at most; zero if the answer has none. The host's classifier reads
// those of failures.
std::chrono::milliseconds retry_after(const sdk::Event& event);

} // namespace limn::plugins
