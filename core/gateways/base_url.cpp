#include "gateways/base_url.hpp"

#include "gateways/pasted_text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

// Longest first where one ends with another.
constexpr std::array<std::string_view, 8> k_endpoints{
  "/images/generations", "/images/edits", "/images/variations", "/chat/completions",
  "/completions",        "/embeddings",   "/responses",         "/models",
};

void cut_slashes(std::string& path)
{
  while (!path.empty() && path.back() == '/') {
    path.pop_back();
  }
}

// Whether there was one.
bool cut_endpoint(std::string& path)
{
  for (const auto endpoint : k_endpoints) {
    if (path.ends_with(endpoint)) {
      path.resize(path.size() - endpoint.size());
      return true;
    }
  }
  return false;
}

// Without what people copy along, as with a key.
std::string_view without_brackets(std::string_view text)
{
  text = bare_text(text);
  const bool is_in_brackets = text.size() > 1 && text.front() == '<' && text.back() == '>';
  return is_in_brackets ? text.substr(1, text.size() - 2) : text;
}

bool is_version(std::string_view segment)
{
  return segment.size() >= 2 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

std::string_view last_segment(std::string_view path)
{
  return path.substr(path.rfind('/') + 1);
}

Result<Url> parsed_base_url(std::string_view text)
{
  LIMN_TRY_ASSIGN(auto url, parse_url(without_brackets(text)));
  if (!url.query.empty()) {
    return fail(FailureClass::settings, "the base URL has a query ('?...')",
                "give the part before it");
  }
  return url;
}

} // namespace

Result<std::string> bare_base_url(std::string_view text)
{
  LIMN_TRY_ASSIGN(auto url, parsed_base_url(text));
  cut_slashes(url.path);
  return to_string(url);
}

Result<std::string> normalised_base_url(std::string_view text)
{
  LIMN_TRY_ASSIGN(auto url, parsed_base_url(text));
  do {
    cut_slashes(url.path);
  } while (cut_endpoint(url.path));
  while (url.path.ends_with("/v1/v1")) {
    url.path.resize(url.path.size() - 3);
  }
  if (url.path.empty()) {
    url.path = "/v1";
  }
  return to_string(url);
}

bool has_version(std::string_view base_url)
{
  // Of the path alone: a host may be called v2.example.com.
  const auto url = parse_url(base_url);
  const std::string_view path = url ? std::string_view(url->path) : std::string_view();
  const auto segment = last_segment(path);
  // /v1beta/openai and the like: the version may stand before the last segment.
  const auto before =
    last_segment(path.substr(0, path.size() - std::min(path.size(), segment.size() + 1)));
  return is_version(segment) || is_version(before);
}

std::string host_of(std::string_view base_url)
{
  const auto url = parse_url(base_url);
  return url ? url->host : without_credentials(base_url);
}

std::string without_credentials(std::string_view text)
{
  text.remove_prefix(text.rfind('@') + 1); // npos + 1 is 0
  return std::string(text.substr(0, text.find_first_of("?#")));
}

} // namespace limn
