#pragma once

#include "job/session.hpp"
#include "memory/jobs_database.hpp"
#include "serve/caller.hpp"
#include "serve/images_request.hpp"
#include "work/input_stage.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

inline constexpr std::string_view k_serve_door = "serve"; // in jobs.db, and the history

// The pictures that a client asks for.
struct ImageCall {
  std::string_view route; // "POST /v1/...": equal calls of others are other ones
  Caller caller;
  std::string idempotency_key; // its own; empty: it has none
  bool is_repeat = false;      // it says that it sends it again
  int hops = 0;
  ImagesRequest wanted;
  std::shared_ptr<InputStage> stage; // of these two; null: there are none
  std::vector<StagedInput> inputs;
  std::optional<StagedInput> mask;
};

// The call as it is put: `gateways` are those that are asked, by name where they are not all.
// FailureClass::usage for what none of them can draw, or a server that is strict does not take;
// model for one that its caller may not ask for.
Result<JobRequest> request_of(const ImageCall& call, Session& session,
                              const ServeSettings& settings, const std::vector<Gateway>& gateways,
                              const std::vector<std::string>& names);

} // namespace limn
