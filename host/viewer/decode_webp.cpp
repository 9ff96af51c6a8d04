#include "viewer/decode.hpp"

#include <webp/decode.h>

#include <memory>

namespace limn::viewer {

Result<Raster> decode_webp(std::span<const std::byte> file, const TargetSize& target)
{
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0
      || WebPGetFeatures(bytes, file.size(), &config.input) != VP8_STATUS_OK) {
    return damaged();
  }
  if (config.input.has_animation != 0) {
    return fail(FailureClass::bad_image, "limn shows no animated webp");
  }
  const Size size{config.input.width, config.input.height};
  LIMN_TRY(check_size(size));
  Raster raster;
  raster.size = target(size);
  raster.is_opaque = config.input.has_alpha == 0;
  raster.pixels.resize(static_cast<std::size_t>(raster.size.width)
                       * static_cast<std::size_t>(raster.size.height) * k_channels);
  if (raster.size != size) {
    config.options.use_scaling = 1;
    config.options.scaled_width = raster.size.width;
    config.options.scaled_height = raster.size.height;
  }
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {raster.pixels.data(), raster.size.width * static_cast<int>(k_channels),
                          raster.pixels.size()};
  const auto status = WebPDecode(bytes, file.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status == VP8_STATUS_OUT_OF_MEMORY) {
    return too_large();
  }
  if (status != VP8_STATUS_OK) {
    return damaged();
  }
  return raster;
}

} // namespace limn::viewer
