#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

class Descriptor;

// --- Interface ---

// The dimensions of a picture in pixels.
struct Size {
  int width = 0;
  int height = 0;

  bool operator==(const Size&) const = default;
};

// "WIDTHxHEIGHT" with an ASCII x, each from 1 to 99999; nothing for anything else.
std::optional<Size> parse_size(std::string_view text);

std::string to_string(Size size);

// An image to work from, or a mask.
struct Input {
  enum class Role { image, mask };

  Role role = Role::image;
  std::filesystem::path file; // what is read; empty: `origin` is a URL, and was not fetched yet
  std::string media_type;     // these four from its bytes; e.g. "image/png"
  std::uint64_t bytes = 0;
  Size size;
  std::string origin; // where it came from: the path of a file, a URL, or - for standard input
  bool has_transparency = false;
  std::shared_ptr<const Descriptor> opened; // what `file` means, where that has no name of its own
};

inline constexpr int k_most_partial_images = 3; // of an image

// One image request of the user. An empty member (or none) was not asked for: the engine fills in
// what the settings say, and a provider sends nothing of what is empty then.
struct Job {
  std::string prompt;
  std::string size; // "WIDTHxHEIGHT" or "auto"
  std::string quality;
  std::string background;
  std::string output_format;
  std::string moderation;
  std::optional<int> output_compression; // 0 to 100
  int count = 1;                         // 0: not said; never where a provider sees it
  // Previews wanted of each image while it is drawn, 0 to 3; fewer may come. The gateway counts
  // tokens for each, and several images are asked for one by one.
  int partial_images = 0;
  std::vector<Input> inputs; // images to work from, and a mask; empty: from the prompt alone
};

} // namespace limn
