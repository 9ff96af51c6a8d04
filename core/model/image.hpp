#pragma once

#include "model/job.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace limn {

enum class ImageFormat { png, jpeg, webp, gif, avif, heic, svg };

// "png", "jpeg", ...
std::string_view to_string(ImageFormat format);

// The usual file name extension, without the dot: "png", "jpg", ...
std::string_view extension_of(ImageFormat format);

// A finished image under its final name.
struct SavedImage {
  std::filesystem::path path; // absolute
  ImageFormat format = ImageFormat::png;
  Size size; // as the file says; 0x0 where its format does not say
  std::uint64_t bytes = 0;
  std::string sha256; // lower-case hexadecimal; empty if nobody asked for it
  std::string revised_prompt;
};

// Tokens that the gateway says it counted; -1 where it does not say.
struct Usage {
  std::int64_t input_text_tokens = -1;
  std::int64_t input_image_tokens = -1;
  std::int64_t output_text_tokens = -1;
  std::int64_t output_image_tokens = -1;
  std::int64_t total_tokens = -1;

  // Adds what `more` says; what it does not say stays.
  Usage& operator+=(const Usage& more);
};

} // namespace limn
