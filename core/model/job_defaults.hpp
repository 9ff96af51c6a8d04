#pragma once

#include "model/size_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What is drawn where nobody says otherwise.
inline constexpr std::string_view k_usual_size = "1024x1024";
inline constexpr int k_usual_count = 1;

inline constexpr int k_most_images = 100; // of a job
inline constexpr int k_no_loss = 100;     // the highest compression, which loses nothing

// What somebody wants of every picture of which nothing else is said, in the words of the wire.
// Nothing: it is not said here either.
struct JobDefaults {
  std::optional<SizeWish> size;
  std::optional<std::string> quality; // these four: empty: it is left to the gateway
  std::optional<std::string> background;
  std::optional<std::string> output_format;
  std::optional<std::string> moderation;
  std::optional<int> output_compression; // 0 to 100; negative: it is left to the gateway
  std::optional<int> count;              // of all gateways only: it is settled before one is chosen
};

} // namespace limn
