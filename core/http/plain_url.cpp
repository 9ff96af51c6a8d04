#include "http/plain_url.hpp"

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

constexpr std::size_t k_longest_name = 253; // of DNS
constexpr int k_highest_port = 65'535;

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

// A number as it is written, at most `most`; -1 if it is none.
int number_of(std::string_view text, int most)
{
  int number = -1;
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)
      || (text.size() > 1 && text.front() == '0')) {
    return -1;
  }
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number <= most ? number : -1;
}

bool is_plain_address(std::string_view host)
{
  for (int left = 4; left > 0; --left) {
    const auto dot = host.find('.');
    if (number_of(host.substr(0, dot), 255) < 0 || (dot == std::string_view::npos) != (left == 1)) {
      return false;
    }
    host.remove_prefix(left == 1 ? host.size() : dot + 1);
  }
  return true;
}

bool is_plain_name(std::string_view host)
{
  return !host.empty() && host.size() <= k_longest_name && is_lower(host.front())
         && host.back() != '.' && host.find("..") == std::string_view::npos
         && std::all_of(host.begin(), host.end(),
                        [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.'; });
}

bool is_plain_path(std::string_view path)
{
  return path.find("/.") == std::string_view::npos
         && std::all_of(path.begin(), path.end(), [](char c) {
              return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z')
                     || std::string_view("/-._~").find(c) != std::string_view::npos;
            });
}

} // namespace

std::optional<Url> read_plain_url(std::string_view text)
{
  Url url;
  const auto slashes = text.find("://");
  if (slashes == std::string_view::npos) {
    return std::nullopt;
  }
  url.scheme = text.substr(0, slashes);
  if (url.scheme != "https" && url.scheme != "http") {
    return std::nullopt;
  }
  text.remove_prefix(slashes + 3);
  const auto path = std::min(text.find('/'), text.size());
  const auto host = text.substr(0, std::min(text.find(':'), path));
  if (!is_plain_name(host) && !is_plain_address(host)) {
    return std::nullopt;
  }
  url.port = url.scheme == "https" ? "443" : "80";
  if (host.size() < path) {
    url.port = text.substr(host.size() + 1, path - host.size() - 1);
    if (number_of(url.port, k_highest_port) < 1) {
      return std::nullopt;
    }
  }
  if (!is_plain_path(text.substr(path))) {
    return std::nullopt;
  }
  url.host = host;
  url.path = path < text.size() ? text.substr(path) : "/";
  return url;
}

} // namespace limn
