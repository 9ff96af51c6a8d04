#pragma once

#include "base/result.hpp"
#include "viewer/raster.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace limn::viewer {

// A picture beyond these is not looked at. What is below may still want more memory than the
// process is given.
inline constexpr std::uint64_t k_most_bytes = 128 << 20;
inline constexpr std::int64_t k_most_pixels = 100'000'000;
inline constexpr int k_longest_side = 65'535;

// How large a picture of that size is to be made: at least 1x1, and no larger than it is.
using TargetSize = std::function<Size(Size picture)>;

// The pixels of a PNG, JPEG or WebP, made smaller while they are decoded. FailureClass::bad_image
// for what is damaged, too large or of another format; the message is ours, and has nothing of the
// file in it.
Result<Raster> decode(std::span<const std::byte> file, const TargetSize& target);

// Each for one format.
Result<Raster> decode_png(std::span<const std::byte> file, const TargetSize& target);
Result<Raster> decode_jpeg(std::span<const std::byte> file, const TargetSize& target);
Result<Raster> decode_webp(std::span<const std::byte> file, const TargetSize& target);

// For them: whether a picture has a size that is worth beginning with.
Done check_size(Size picture);
tl::unexpected<Failure> damaged();
tl::unexpected<Failure> too_large();

} // namespace limn::viewer
