#pragma once

#include "base/failure.hpp"
#include "http/request.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What became of a picture that was sent to a store.
struct StoreVerdict {
  enum class Kind {
    there,         // also where it was there already
    later,         // may go better
    unconditional, // the store does not know If-None-Match
    refused,       // it will not, however often it is tried
  };

  Kind kind = Kind::later;
  std::string why;                                     // of what is not there
  std::string hint;                                    // may be empty
  std::optional<std::chrono::milliseconds> not_before; // from now on, as the store says
};

// Whether a store that was asked for an object that is not there has said that it takes nothing for
// that bucket: its keys or the bucket are wrong. An answer as above.
std::optional<StoreVerdict> refusal_of_bucket(int status, const Pairs& headers,
                                              std::string_view body);

// Of an answer; `body` is XML, or what of it came.
StoreVerdict verdict_of(int status, const Pairs& headers, std::string_view body);

// Of what failed below HTTP.
StoreVerdict verdict_of(const TransferFailure& failure);

} // namespace limn
