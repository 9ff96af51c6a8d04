#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// The most that limn takes from the other side, who may be a stranger: `limits:` of limn.yaml. A
// message about one names it as the user would write it, "limits.max_body_size".
struct Limits {
  std::uint64_t max_header_size = 256 * 1024;           // all headers of a response
  std::uint64_t max_body_size = std::uint64_t{2} << 30; // of a response, decompressed
  std::uint64_t max_models_size = 8 * 1024 * 1024;      // the same for a list of models
  std::uint64_t max_message_size = 4 * 1024 * 1024;     // one JSON document, images lifted out
  int max_json_depth = 64;                              // levels of one JSON document
  int max_images = 64; // of one attempt, good or bad; never fewer than were asked for
  std::chrono::milliseconds connect_timeout{10'000}; // name, proxy, TCP and TLS
};

// What to do about the limit of that name ("max_body_size"): how it is raised.
std::string how_to_raise(std::string_view limit);

// "256KiB", "16MiB", "2GiB", or a plain number of bytes. Nothing for anything else, or above 1 TiB.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

// In the largest of these units that loses nothing; `parse_byte_size` reads it back.
std::string byte_size_text(std::uint64_t bytes);

} // namespace limn
