#include "sandbox/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace limn::sandbox {

namespace {

struct Colour {
  float red = 0;
  float green = 0;
  float blue = 0;
};

Colour mix(Colour from, Colour to, float share)
{
  return {from.red + (to.red - from.red) * share, from.green + (to.green - from.green) * share,
          from.blue + (to.blue - from.blue) * share};
}

// `hue` in turns, the others from 0 to 1; the result from 0 to 255.
Colour from_hue(float hue, float saturation, float lightness)
{
  const float reach = saturation * std::min(lightness, 1 - lightness);
  const auto channel = [&](float offset) {
    const float k = std::fmod(offset + (hue - std::floor(hue)) * 12, 12.0F);
    return 255 * (lightness - reach * std::clamp(std::min(k - 3, 9 - k), -1.0F, 1.0F));
  };
  return {channel(0), channel(8), channel(4)};
}

using Pixel = std::array<std::uint8_t, 3>;

Pixel pixel_of(Colour colour)
{
  const auto channel = [](float value) {
    return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  };
  return {channel(colour.red), channel(colour.green), channel(colour.blue)};
}

void put(std::uint8_t* at, const Pixel& pixel)
{
  std::memcpy(at, pixel.data(), pixel.size());
}

// Numbers that the words decide, the same on every machine.
class Dice
{
public:
  explicit Dice(std::string_view words)
  {
    for (const char character : words) {
      m_state = (m_state ^ static_cast<unsigned char>(character)) * 0x100000001B3U;
    }
  }

  std::uint64_t next()
  {
    m_state += 0x9E3779B97F4A7C15U;
    std::uint64_t value = m_state;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
  }

  float between(float low, float high)
  {
    return low + (high - low) * static_cast<float>(next() >> 40) / static_cast<float>(1 << 24);
  }

private:
  std::uint64_t m_state = 0xCBF29CE484222325U;
};

enum class Shape { hills, peaks, waves };

// A line of hills from side to side: where it begins in each column, and its colour by depth below
// that.
struct Ridge {
  std::vector<float> tops;
  float highest = 0; // of the tops, which is the least number
  float lowest = 0;
  std::vector<Pixel> colours;
};

float outline(Shape shape, float phase)
{
  switch (shape) {
  case Shape::peaks:
    return 1 - 2 * std::fabs(std::fmod(std::fabs(phase), 2.0F) - 1);
  case Shape::waves:
    return 1 - 2 * std::fabs(std::sin(phase * 1.6F));
  case Shape::hills:
    break;
  }
  return std::sin(phase);
}

Ridge make_ridge(Dice& dice, Size size, Shape shape, float nearness, Colour top, Colour bottom)
{
  const auto height = static_cast<float>(size.height);
  const float base = height * (0.5F + 0.38F * nearness);
  const float swing = height * (shape == Shape::waves ? 0.025F : 0.075F) * (1.1F - 0.4F * nearness);
  const float start = dice.between(0, 20);
  const float pace = dice.between(3.5F, 6.0F) * (1 + nearness);
  const float detail = dice.between(2.2F, 2.9F);

  Ridge ridge;
  ridge.tops.resize(static_cast<std::size_t>(size.width));
  for (std::size_t x = 0; x < ridge.tops.size(); ++x) {
    const float along = static_cast<float>(x) / height * pace + start;
    const float line = outline(shape, along) + 0.45F * outline(shape, along * detail)
                       + 0.15F * std::sin(along * detail * 3);
    ridge.tops[x] = base - swing * line;
  }
  const auto [highest, lowest] = std::minmax_element(ridge.tops.begin(), ridge.tops.end());
  ridge.highest = *highest;
  ridge.lowest = *lowest;
  ridge.colours.resize(static_cast<std::size_t>(size.height));
  for (std::size_t depth = 0; depth < ridge.colours.size(); ++depth) {
    const float share = std::min(1.0F, static_cast<float>(depth) / (height * 0.22F));
    ridge.colours[depth] = pixel_of(mix(top, bottom, share));
  }
  return ridge;
}

struct Scene {
  Colour sky_top;
  Colour sky_low;
  Colour sun;
  float sun_x = 0;
  float sun_y = 0;
  float sun_radius = 0;
  int stars = 0;
  std::vector<Ridge> ridges; // the farthest first
};

Scene imagine(Dice& dice, Size size)
{
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  const bool night = dice.next() % 4 == 0;
  const float hue = dice.between(0, 1);
  const float turn = dice.between(0.08F, 0.22F) * (dice.next() % 2 == 0 ? 1.0F : -1.0F);

  Scene scene;
  scene.sky_top = from_hue(hue, 0.55F, night ? 0.12F : 0.45F);
  scene.sky_low = from_hue(hue + turn, 0.7F, night ? 0.36F : 0.8F);
  scene.sun = night ? Colour{240, 240, 225} : from_hue(hue + turn * 1.3F, 0.95F, 0.9F);
  scene.sun_x = width * dice.between(0.2F, 0.8F);
  scene.sun_y = height * dice.between(0.18F, 0.46F);
  scene.sun_radius = std::min(width, height) * dice.between(0.05F, 0.1F);
  scene.stars = night ? 160 : 0;

  const auto shape = static_cast<Shape>(dice.next() % 3);
  const int count = 4 + static_cast<int>(dice.next() % 3);
  const float land_hue = hue + dice.between(0.3F, 0.6F);
  for (int index = 0; index < count; ++index) {
    const float nearness = static_cast<float>(index) / static_cast<float>(count - 1);
    const Colour land = from_hue(land_hue + 0.05F * nearness, 0.45F, night ? 0.1F : 0.24F);
    // Haze: what is far takes the colour of the sky.
    const Colour top = mix(scene.sky_low, land, 0.3F + 0.6F * nearness);
    const Colour bottom = mix(top, index + 1 == count ? Colour{8, 10, 18} : scene.sky_low,
                              index + 1 == count ? 0.6F : 0.45F);
    scene.ridges.push_back(make_ridge(dice, size, shape, nearness, top, bottom));
  }
  return scene;
}

void paint_sky_row(std::uint8_t* row, const Scene& scene, Size size, int y)
{
  const float share =
    std::min(1.0F, static_cast<float>(y) / (static_cast<float>(size.height) * 0.72F));
  const Colour sky = mix(scene.sky_top, scene.sky_low, share);
  const auto plain = pixel_of(sky);
  for (int x = 0; x < size.width; ++x) {
    put(row + static_cast<std::ptrdiff_t>(x) * 3, plain);
  }
  const float glow_radius = scene.sun_radius * 5;
  const float dy = static_cast<float>(y) - scene.sun_y;
  const float reach = std::sqrt(std::max(0.0F, glow_radius * glow_radius - dy * dy));
  const int first = std::max(0, static_cast<int>(scene.sun_x - reach));
  const int last = std::min(size.width - 1, static_cast<int>(scene.sun_x + reach));
  for (int x = first; reach > 0 && x <= last; ++x) {
    const float dx = static_cast<float>(x) - scene.sun_x;
    const float distance = std::min(std::sqrt(dx * dx + dy * dy), glow_radius);
    const float glow = 1 - distance / glow_radius;
    const float disc = std::clamp(scene.sun_radius - distance, 0.0F, 1.0F);
    put(row + static_cast<std::ptrdiff_t>(x) * 3,
        pixel_of(mix(mix(sky, scene.sun, 0.6F * glow * glow), scene.sun, disc)));
  }
}

enum class Edge { hard, smooth }; // smooth: the first pixel is only partly covered

void paint_ridge_row(std::uint8_t* row, const Ridge& ridge, Edge edge, int width, float y)
{
  const float* tops = ridge.tops.data();
  const Pixel* colours = ridge.colours.data();
  for (int x = 0; x < width; ++x, row += 3) {
    const float depth = y - tops[x];
    if (depth < 0) {
      continue;
    }
    const Pixel& colour = colours[static_cast<std::size_t>(depth)];
    if (depth >= 1 || edge == Edge::hard) {
      put(row, colour);
      continue;
    }
    for (std::size_t channel = 0; channel < colour.size(); ++channel) {
      const auto behind = static_cast<float>(row[channel]);
      row[channel] =
        static_cast<std::uint8_t>(behind + (static_cast<float>(colour[channel]) - behind) * depth);
    }
  }
}

void paint_land_row(std::uint8_t* row, const Scene& scene, std::size_t ridges, Size size, int y)
{
  const auto height = static_cast<float>(y);
  std::size_t first = 0; // what lies behind a ridge that covers the whole row is not seen
  for (std::size_t index = 0; index < ridges; ++index) {
    first = height >= scene.ridges[index].lowest ? index : first;
  }
  for (std::size_t index = first; index < ridges; ++index) {
    if (height >= scene.ridges[index].highest) {
      paint_ridge_row(row, scene.ridges[index], index == 0 ? Edge::smooth : Edge::hard, size.width,
                      height);
    }
  }
}

void paint_stars(Picture& picture, Dice& dice, int stars)
{
  for (int star = 0; star < stars; ++star) {
    const auto x = dice.next() % static_cast<std::uint64_t>(picture.size.width);
    const auto y = dice.next() % static_cast<std::uint64_t>(picture.size.height / 2 + 1);
    const auto brightness = static_cast<std::uint8_t>(150 + dice.next() % 100);
    auto* pixel = &picture.pixels[(y * static_cast<std::uint64_t>(picture.size.width) + x) * 3];
    std::fill(pixel, pixel + 3, brightness);
  }
}

} // namespace

Picture draw_picture(std::string_view prompt, Size size, int percent)
{
  Picture picture{size, {}};
  const std::size_t stride = static_cast<std::size_t>(size.width) * 3;
  picture.pixels.resize(stride * static_cast<std::size_t>(size.height));

  Dice dice(prompt);
  const Scene scene = imagine(dice, size);
  const auto shown = scene.ridges.size() * static_cast<std::size_t>(percent) / k_whole_picture;
  for (int y = 0; y < size.height; ++y) {
    paint_sky_row(&picture.pixels[stride * static_cast<std::size_t>(y)], scene, size, y);
  }
  paint_stars(picture, dice, scene.stars);
  for (int y = 0; y < size.height; ++y) {
    paint_land_row(&picture.pixels[stride * static_cast<std::size_t>(y)], scene, shown, size, y);
  }
  draw_label(picture);
  return picture;
}

Picture draw_noise(std::size_t bytes)
{
  const int side =
    std::max(16, static_cast<int>(std::sqrt(static_cast<double>(bytes) / 3)) / 16 * 16);
  Picture picture{{side, side}, {}};
  picture.pixels.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
  Dice dice("noise");
  std::size_t at = 0;
  for (; at + 8 <= picture.pixels.size(); at += 8) {
    const std::uint64_t noise = dice.next();
    std::memcpy(&picture.pixels[at], &noise, sizeof noise);
  }
  return picture;
}

} // namespace limn::sandbox
