#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"
#include "serve/caller.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The body of POST /v1/images/generations.
struct ImagesRequest {
  JobText job;                      // without a model where the configured one is meant
  std::vector<std::string> dropped; // parameters that change nothing, in their order
};

// `configured`: the models that would be asked for anyway. FailureClass::usage for what makes no
// sense or is not done here, with `param` and the code that clients know.
Result<ImagesRequest> read_images_request(std::string_view json,
                                          const std::vector<std::string>& configured);

// What a server and a key refuse besides: FailureClass::usage for parameters that change nothing,
// where the settings are strict, model for one that this caller may not ask for. Of one who may not
// ask for all, `models` are those that are meant where none is named.
Done hold_to(const ServeSettings& settings, const ImagesRequest& request);
Done hold_to(const Caller& caller, const std::vector<std::string>& models, JobText& job);

// The model that a name stands for: itself; empty, the configured one, for those that clients name
// by default although nobody has them any more.
std::string model_meant(std::string_view name, const std::vector<std::string>& configured);

// The value of an Idempotency-Key, as a quoted string of structured fields or bare.
// FailureClass::usage for what is none.
Result<std::string> read_idempotency_key(std::string_view header);

} // namespace limn
