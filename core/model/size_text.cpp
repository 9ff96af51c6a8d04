#include "model/size_text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace limn {

namespace {

constexpr int k_step = 16;
constexpr int k_longest_edge = 3840;
constexpr int k_most_times_longer = 3;
constexpr long long k_least_pixels = 655'360;
constexpr long long k_most_pixels = 8'294'400;

long long pixels(Size size)
{
  return static_cast<long long>(size.width) * size.height;
}

// Edges of a picture that lies on its long side.
struct Box {
  double longer;
  double shorter;
};

constexpr Box box_of(Resolution resolution)
{
  return resolution == Resolution::one_k   ? Box{1536, 1024}
         : resolution == Resolution::two_k ? Box{2048, 2048}
                                           : Box{k_longest_edge, k_longest_edge};
}

// `ratio`: at least 1.
Size lying_size(double ratio, Resolution resolution)
{
  // A sixteenth shorter, and the ratio is met exactly by all that are in use.
  constexpr double k_least_part = 15.0 / 16;
  constexpr double k_same = 1e-9;
  const auto box = box_of(resolution);
  const double longest =
    std::min({box.longer, box.shorter * ratio, std::sqrt(k_most_pixels * ratio)});
  Size best;
  double best_error = 0;
  for (int width = k_step; width <= longest + k_same; width += k_step) {
    if (width < longest * k_least_part) {
      continue;
    }
    const int nearest = static_cast<int>(std::lround(width / ratio / k_step)) * k_step;
    for (const int height : {nearest - k_step, nearest, nearest + k_step}) {
      const Size size{width, height};
      if (height < k_step || height > std::min<double>(width, box.shorter)
          || broken_size_rule(size)) {
        continue;
      }
      const double error = std::abs(std::log(static_cast<double>(width) / height / ratio));
      if (best.width == 0 || error < best_error + k_same) { // the widest of equal ones
        best = size;
        best_error = error;
      }
    }
  }
  return best;
}

// "16:9", with decimals.
struct Ratio {
  double width;
  double height;
};

std::optional<double> read_side(std::string_view text)
{
  text = trimmed(text);
  double side = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return std::nullopt;
  }
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, side, std::chars_format::fixed);
  constexpr double k_widest = 99'999;
  return error == std::errc() && stop == end && side > 0 && side <= k_widest ? std::optional(side)
                                                                             : std::nullopt;
}

std::optional<Ratio> read_ratio(std::string_view text, std::optional<Resolution> resolution)
{
  // OpenAI's guide calls 2048x1152 and 3840x2160 landscape, where 1536x1024 is it, too.
  const bool is_wide = resolution.value_or(Resolution::one_k) != Resolution::one_k;
  if (text == "square") {
    return Ratio{1, 1};
  }
  if (text == "landscape") {
    return is_wide ? Ratio{16, 9} : Ratio{3, 2};
  }
  if (text == "portrait") {
    return is_wide ? Ratio{9, 16} : Ratio{2, 3};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto width = read_side(text.substr(0, colon));
  const auto height = read_side(text.substr(colon + 1));
  return width && height ? std::optional(Ratio{*width, *height}) : std::nullopt;
}

std::optional<Resolution> resolution_of(std::string_view word)
{
  return word == "1k"   ? std::optional(Resolution::one_k)
         : word == "2k" ? std::optional(Resolution::two_k)
         : word == "4k" ? std::optional(Resolution::four_k)
                        : std::nullopt;
}

// Takes "2k" off one of the ends of a text, with the @ or blanks between it and the rest.
std::optional<Resolution> take_resolution(std::string_view& text)
{
  constexpr std::size_t k_size = 2;
  constexpr std::string_view k_between = " \t@";
  if (text.size() < k_size) {
    return std::nullopt;
  }
  const auto from_front = resolution_of(text.substr(0, k_size));
  const auto rest = from_front ? text.substr(k_size) : text.substr(0, text.size() - k_size);
  const auto resolution = from_front ? from_front : resolution_of(text.substr(rest.size()));
  const char next = rest.empty() ? ' ' : from_front ? rest.front() : rest.back();
  if (!resolution || k_between.find(next) == std::string_view::npos) {
    return std::nullopt;
  }
  text = trimmed(rest);
  if (from_front && text.starts_with('@')) {
    text = trimmed(text.substr(1));
  } else if (!from_front && text.ends_with('@')) {
    text = trimmed(text.substr(0, text.size() - 1));
  }
  return resolution;
}

// With any of the signs that stand between two edges, and blanks around it.
std::optional<Size> read_edges(std::string_view text)
{
  for (const std::string_view sign : {"x", "*", "\xc3\x97"}) {
    if (const auto at = text.find(sign); at != std::string_view::npos) {
      return parse_size(std::string(trimmed(text.substr(0, at))) + "x"
                        + std::string(trimmed(text.substr(at + sign.size()))));
    }
  }
  return std::nullopt;
}

tl::unexpected<Failure> no_size(std::string_view text, std::string_view why = {})
{
  return fail(FailureClass::usage, "'" + std::string(text) + "' is no size" + std::string(why));
}

} // namespace

Result<SizeWish> read_size_text(std::string_view text)
{
  const auto lower = ascii_lower(trimmed(text));
  std::string_view rest = lower;
  if (rest == "auto") {
    return SizeWish{"auto", SizeRules::checked};
  }
  const bool waives = rest.ends_with('!');
  if (const auto size = read_edges(waives ? trimmed(rest.substr(0, rest.size() - 1)) : rest)) {
    return SizeWish{to_string(*size), waives ? SizeRules::waived : SizeRules::checked};
  }
  const auto resolution = take_resolution(rest);
  if (resolution && rest.empty()) {
    rest = resolution == Resolution::four_k ? "landscape" : "square";
  }
  const auto ratio = read_ratio(rest, resolution);
  if (!ratio) {
    return no_size(text);
  }
  if (std::max(ratio->width, ratio->height)
      > std::min(ratio->width, ratio->height) * k_most_times_longer) {
    return no_size(text, ": a ratio is from 1:3 to 3:1");
  }
  return SizeWish{
    to_string(size_of_ratio(ratio->width, ratio->height, resolution.value_or(Resolution::one_k))),
    SizeRules::checked};
}

Size size_of_ratio(double width, double height, Resolution resolution)
{
  if (width >= height) {
    return lying_size(width / height, resolution);
  }
  const auto lying = lying_size(height / width, resolution);
  return {lying.height, lying.width};
}

std::optional<std::string_view> broken_size_rule(Size size)
{
  const auto longer = std::max(size.width, size.height);
  const auto shorter = std::min(size.width, size.height);
  if (longer > k_longest_edge) {
    return "no edge is longer than 3840";
  }
  if (size.width % k_step != 0 || size.height % k_step != 0) {
    return "both edges are multiples of 16";
  }
  if (longer > static_cast<long long>(shorter) * k_most_times_longer) {
    return "no edge is more than three times as long as the other";
  }
  if (pixels(size) < k_least_pixels) {
    return "it has at least 655,360 pixels";
  }
  if (pixels(size) > k_most_pixels) {
    return "it has at most 8,294,400 pixels";
  }
  return std::nullopt;
}

namespace {

// What takes a size to the pixels and the longest edge that are drawn, as little as need be.
double scale_into_range(Size size)
{
  const auto area = static_cast<double>(pixels(size));
  const double scale = std::sqrt(std::clamp<double>(area, k_least_pixels, k_most_pixels) / area);
  return std::min(scale, static_cast<double>(k_longest_edge) / std::max(size.width, size.height));
}

} // namespace

Size nearest_size(Size size)
{
  const auto distance = [](double one, double other) {
    const auto ratio = std::log(one / other);
    return ratio * ratio;
  };
  const double scale = scale_into_range(size);
  const double wide = size.width * scale;
  const double high = size.height * scale;
  Size best;
  double least = 0;
  for (int width = k_step; width <= k_longest_edge; width += k_step) {
    for (int height = k_step; height <= k_longest_edge; height += k_step) {
      if (broken_size_rule({width, height})) {
        continue;
      }
      const double far = distance(width, wide) + distance(height, high);
      if (best.width == 0 || far < least) {
        best = {width, height};
        least = far;
      }
    }
  }
  return best;
}

} // namespace limn
