#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace limn {

// An object in an S3-compatible store, or what the names of several begin with.
struct StoreAddress {
  std::string bucket;
  std::string key; // of [A-Za-z0-9/_.-], as it stands in a URL too; empty: the bucket itself

  // "s3://BUCKET/KEY"
  std::string text() const;
  // One of that name below it.
  StoreAddress below(std::string_view name) const;
};

// Whether it is meant to be one: "s3://...".
bool is_store_address(std::string_view text);

// FailureClass::usage for what is none. A key has no empty part, and none that is "." or "..".
Result<StoreAddress> parse_store_address(std::string_view text);

// The name with a '-' for each run of characters that no key has.
std::string object_name(std::string_view name);

} // namespace limn
