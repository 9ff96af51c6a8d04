#include "base/utf8.hpp"
#include "picture/image_formats.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace limn {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t k_root_size = 8 * 1024; // where the root element has to end, to have a size
constexpr std::string_view k_white_space = " \t\r\n";
constexpr double k_largest_side = 1e9;

std::string_view behind_white_space(std::string_view text)
{
  const auto begin = text.find_first_not_of(k_white_space);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

// What follows the first `end`; nothing if it is not there.
std::string_view behind(std::string_view text, std::string_view end)
{
  const auto at = text.find(end);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + end.size());
}

std::string_view behind_doctype(std::string_view text)
{
  const auto end = text.find_first_of("[>"sv);
  if (end != std::string_view::npos && text[end] == '[') {
    text = behind(text, "]"sv); // declarations
  }
  return behind(text, ">"sv);
}

// From "<svg" on; empty if something else comes first.
std::string_view root_element(std::string_view text)
{
  if (text.starts_with(k_byte_order_mark)) {
    text.remove_prefix(3);
  }
  while (true) {
    text = behind_white_space(text);
    if (text.starts_with("<?"sv)) {
      text = behind(text, "?>"sv);
    } else if (text.starts_with("<!--"sv)) {
      text = behind(text, "-->"sv);
    } else if (text.starts_with("<!DOCTYPE"sv) || text.starts_with("<!doctype"sv)) {
      text = behind_doctype(text);
    } else {
      break;
    }
  }
  const bool is_svg = text.starts_with("<svg"sv) && text.size() > 4
                      && " \t\r\n>/"sv.find(text[4]) != std::string::npos;
  return is_svg ? text : std::string_view();
}

struct RootTag {
  std::string_view width;
  std::string_view height;
  std::string_view view_box;
  bool ends = false;     // with '>'
  bool is_empty = false; // with "/>"
};

RootTag read_root_tag(std::string_view text)
{
  RootTag tag;
  text.remove_prefix("<svg"sv.size());
  while (true) {
    text = behind_white_space(text);
    if (text.empty() || text.front() == '>') {
      tag.ends = !text.empty();
      return tag;
    }
    if (text.starts_with("/>"sv)) {
      tag.ends = true;
      tag.is_empty = true;
      return tag;
    }
    const auto name_end = text.find_first_of("= \t\r\n>/"sv, 1);
    if (name_end == std::string_view::npos) {
      return tag;
    }
    const auto name = text.substr(0, name_end);
    text = behind_white_space(text.substr(name_end));
    if (!text.starts_with('=')) {
      continue;
    }
    text = behind_white_space(text.substr(1));
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
      return tag;
    }
    const auto value_end = text.find(text.front(), 1);
    if (value_end == std::string_view::npos) {
      return tag;
    }
    const auto value = text.substr(1, value_end - 1);
    text.remove_prefix(value_end + 1);
    if (name == "width"sv) {
      tag.width = value;
    } else if (name == "height"sv) {
      tag.height = value;
    } else if (name == "viewBox"sv) {
      tag.view_box = value;
    }
  }
}

// The number at the front of `text`, which loses it.
std::optional<double> take_number(std::string_view& text)
{
  text = behind_white_space(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// A length in pixels, with or without its unit; no other unit says how many pixels it is.
std::optional<double> pixels(std::string_view text)
{
  const auto value = take_number(text);
  if (text.starts_with("px"sv)) {
    text.remove_prefix(2);
  }
  return behind_white_space(text).empty() ? value : std::nullopt;
}

Size rounded(double width, double height)
{
  const auto is_side = [](double side) { return side >= 0.5 && side <= k_largest_side; };
  if (!is_side(width) || !is_side(height)) {
    return {};
  }
  return {static_cast<int>(std::lround(width)), static_cast<int>(std::lround(height))};
}

Size view_box_size(std::string_view text)
{
  std::vector<double> numbers;
  while (numbers.size() < 4) {
    const auto number = take_number(text);
    if (!number) {
      return {};
    }
    numbers.push_back(*number);
    text = behind_white_space(text);
    if (text.starts_with(',')) {
      text.remove_prefix(1);
    }
  }
  return rounded(numbers[2], numbers[3]);
}

// The last end tag may be that of an inner element: then more elements follow, or did.
bool has_end_tag(const ImageReader& image, std::size_t root_at)
{
  const auto tail = image.tail(k_most_garbage + "</svg>"sv.size());
  const auto at = tail.rfind("</svg"sv);
  if (at == std::string::npos || image.size() - tail.size() + at < root_at) {
    return false;
  }
  const auto rest = behind_white_space(std::string_view(tail).substr(at + "</svg"sv.size()));
  const auto next = rest.find('<');
  return rest.starts_with('>')
         && (next == std::string_view::npos || rest.substr(next).starts_with("<!--"sv));
}

} // namespace

bool looks_like_svg(std::string_view head)
{
  return !root_element(head).empty();
}

// SVG 2, sections 5.1 and 8.
Inspected inspect_svg(const ImageReader& image)
{
  const auto head = image.text(0, k_root_size);
  const auto root = root_element(head);
  if (root.empty()) {
    return tl::unexpected(ImageFault::invalid);
  }
  const auto tag = read_root_tag(root);
  if (!tag.is_empty && !has_end_tag(image, head.size() - root.size())) {
    return tl::unexpected(ImageFault::cut);
  }
  const auto width = pixels(tag.width);
  const auto height = pixels(tag.height);
  return width && height ? rounded(*width, *height) : view_box_size(tag.view_box);
}

} // namespace limn
