#pragma once

#include "base/failure.hpp"
#include "model/cost.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace limn {

// Tells the attempts of an engine apart. None: it was left before it was begun.
enum class AttemptId : std::uint64_t { none = 0 };

// One job, on one gateway, through one provider, at one size: what came of it.
struct Attempt {
  AttemptId id = AttemptId::none;
  int rate_slot = -1; // its place in the rate book; -1: none was needed
  std::string gateway;
  std::string provider; // empty if the gateway was left before one was chosen
  std::string model;
  std::string size;               // as sent; empty if none was
  std::string quality;            // as asked for; empty if it was left to the gateway
  std::optional<Failure> failure; // none: it delivered
  int http_status = 0;            // of the last response; 0 if none came
  std::string request_id;         // the gateway's own; may be empty
  std::chrono::milliseconds elapsed{0};
  bool may_have_cost = false;
  Cost cost; // of what came, and of what may have been drawn besides
};

// Whether something may have been charged for an image that did not come: an attempt of these
// failed that may have cost money.
bool may_be_lost(std::span<const Attempt> attempts);

} // namespace limn
