#pragma once

#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace limn::submit_poll {

// What a gateway says of a job.
struct JobState {
  std::string id;          // empty if it does not say
  bool is_pending = false; // there is more to come
  std::string words;       // for people: "queued"
};

// How one kind of gateway takes jobs. One instance an attempt.
class Dialect
{
public:
  virtual ~Dialect() = default;

  virtual sdk::Request submit() const = 0;
  virtual std::string job_path(std::string_view id) const = 0; // as it stands in a path

  virtual JobState state_of(const plugins::Json& message) const = 0;

  // Of the answer to one request. Reports the images that a message holds; throws what the gateway
  // says went wrong.
  virtual void read(const sdk::Event& event, const plugins::Json& message,
                    sdk::Results& results) = 0;
  virtual bool has_image() const = 0;
  // Throws why an answer that is over holds neither an image nor a job.
  virtual void judge_end(const sdk::Event& event) const = 0;
  // What was read is forgotten: the next answer begins.
  virtual void begin_answer() = 0;
};

// The Responses API in background mode.
std::unique_ptr<Dialect> responses_jobs(sdk::Host host, const sdk::Job& job,
                                        const sdk::Gateway& gateway, std::string host_model);

// The native API of stable-diffusion.cpp's sd-server; the base URL ends in /sdcpp/v1.
// https://github.com/leejet/stable-diffusion.cpp/blob/master/examples/server/api.md
std::unique_ptr<Dialect> sdcpp_jobs(sdk::Host host, const sdk::Job& job);

} // namespace limn::submit_poll
