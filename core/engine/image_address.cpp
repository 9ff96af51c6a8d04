#include "engine/image_address.hpp"

#include "base/ascii.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::size_t k_longest_path = 2048;
constexpr std::array<std::string_view, 10> k_endings{".png", ".jpg",  ".jpeg", ".webp", ".gif",
                                                     ".svg", ".avif", ".heic", ".bmp",  ".tiff"};

bool names_a_picture(std::string_view path)
{
  const auto name = ascii_lower(path.substr(0, path.find_first_of("?#")));
  return std::ranges::any_of(k_endings,
                             [&name](std::string_view ending) { return name.ends_with(ending); });
}

} // namespace

std::string_view bare_address(std::string_view text)
{
  text = trimmed(text);
  if (const auto open = text.find("]("); text.starts_with('[') || text.starts_with("![")) {
    if (open != std::string_view::npos && text.ends_with(')')) {
      text = text.substr(open + 2, text.size() - open - 3);
    }
  }
  constexpr std::array<std::string_view, 4> k_pairs{"<>", "``", "\"\"", "''"};
  for (const auto pair : k_pairs) {
    if (text.size() > 2 && text.front() == pair.front() && text.back() == pair.back()) {
      text = trimmed(text.substr(1, text.size() - 2));
    }
  }
  return text;
}

bool is_url(std::string_view text)
{
  const auto scheme = text.substr(0, text.find("://"));
  return scheme.size() < text.size() && !scheme.empty() && std::ranges::all_of(scheme, [](char c) {
           const char lower = ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-'
                  || c == '.';
         });
}

std::string readable_url(std::string_view text)
{
  const std::string url(text);
  constexpr auto k_any_base = "https://localhost/"; // means nothing to a whole URL
  return resolved_url(k_any_base, url).value_or(url);
}

std::optional<std::string> address_of_path(std::string_view text, const std::string& base_url)
{
  const auto path = trimmed(text);
  const bool begins_like_one = path.starts_with('/') || path.starts_with('\\')
                               || path.starts_with("./") || path.starts_with("../");
  // "Look into fox.png" is a sentence.
  const bool is_one_word = path.find(' ') == std::string_view::npos;
  const bool is_path =
    begins_like_one
    || (names_a_picture(path) && (is_one_word || path.find('/') != std::string_view::npos));
  if (!is_path || path.size() > k_longest_path) {
    return std::nullopt;
  }
  auto url = resolved_url(base_url, std::string(path));
  return url ? std::optional(std::move(*url)) : std::nullopt;
}

} // namespace limn
