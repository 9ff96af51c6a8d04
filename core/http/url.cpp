#include "http/url.hpp"

#include "http/libcurl.hpp"
#include "http/plain_url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

constexpr std::size_t k_longest_url = 8192;

struct FreeUrl {
  void operator()(CURLU* url) const { libcurl().url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0)
{
  char* text = nullptr;
  if (libcurl().url_get(url, part, &text, flags) != CURLUE_OK) {
    return {};
  }
  std::string result(text);
  libcurl().free(text);
  return result;
}

// Exactly two slashes and then a host. libcurl takes one or three as well, which makes a host of
// the path where a template left the host empty ("https:///v1").
bool begins_like_a_url(std::string_view text)
{
  const auto slashes = text.find("://");
  return slashes != std::string_view::npos
         && text.substr(0, slashes).find_first_of("/?#:@") == std::string_view::npos
         && text.substr(slashes + 3, 1) != "/";
}

// Where the host stands.
std::string_view authority_of(std::string_view text)
{
  text.remove_prefix(text.find("://") + 3);
  return text.substr(0, text.find_first_of("/?#"));
}

bool has_control_character(std::string_view text)
{
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

// RFC 3986: what means the same wherever it stands in a URL.
bool is_unreserved(std::string_view text)
{
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view("-._~").find(c) != std::string_view::npos;
  });
}

// A reference as browsers read it (WHATWG URL): blanks around it and line breaks and tabs within
// are nothing, a backslash is a slash, what may not stand in a URL is percent-encoded, and the
// fragment is not asked for.
std::string as_browsers_read(std::string_view text)
{
  constexpr std::string_view k_blanks(" \t\r\n\f");
  text.remove_prefix(std::min(text.find_first_not_of(k_blanks), text.size()));
  text = text.substr(0, text.find_last_not_of(k_blanks) + 1);
  text = text.substr(0, text.find('#'));
  const auto scheme = text.find("://");
  const auto host_end = scheme == std::string_view::npos
                          ? 0
                          : std::min(text.find_first_of("/?", scheme + 3), text.size());
  const auto query = std::min(text.find('?'), text.size());
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t' || c == '\r' || c == '\n') {
      continue;
    }
    if (c == '\\' && i < query) {
      result += '/';
    } else if (i >= host_end
               && (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>')) {
      result += fmt::format("%{:02X}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

} // namespace

Result<Url> parse_url(std::string_view text)
{
  if (text.size() <= k_longest_url) {
    if (auto plain = read_plain_url(text)) {
      return std::move(*plain);
    }
  }
  return read_url_by_libcurl(text);
}

Result<Url> read_url_by_libcurl(std::string_view text)
{
  // The text itself stays out of the messages: it might carry a password.
  if (text.empty() || text.size() > k_longest_url || has_control_character(text)) {
    return fail(FailureClass::settings, "not a URL: empty, too long, or with blanks in it");
  }
  if (!begins_like_a_url(text)) {
    return fail(FailureClass::settings, "not a URL: it does not begin with https:// and a host",
                "write it in full, like https://api.example.com/v1");
  }
  LIMN_TRY(load_libcurl());
  const std::unique_ptr<CURLU, FreeUrl> url(libcurl().url());
  const std::string terminated(text);
  if (const auto code = libcurl().url_set(url.get(), CURLUPART_URL, terminated.c_str(), 0);
      code != CURLUE_OK) {
    return fail(FailureClass::settings, fmt::format("not a URL: {}", libcurl().url_strerror(code)),
                "write it in full, like https://api.example.com/v1");
  }
  const auto authority = authority_of(text);
  // Also an empty one ("https://@host"), which libcurl drops without a word.
  const bool has_user_info = authority.find('@') != std::string_view::npos;
  if (has_user_info || !part_of(url.get(), CURLUPART_USER).empty()
      || !part_of(url.get(), CURLUPART_PASSWORD).empty()) {
    return fail(FailureClass::settings, "the URL carries a user name or password",
                "take it out of the URL; the key has a place of its own");
  }
  // libcurl decodes a host once, and whoever reads the result would do it again: "a%252eb" is the
  // host a%2eb, and then a.b; "1%2e2" is a name, and then an address.
  if (!authority.starts_with('[') && authority.find('%') != std::string_view::npos) {
    return fail(FailureClass::settings, "not a URL: a '%' in the name of the host",
                "write the host's name as it is");
  }
  if (!part_of(url.get(), CURLUPART_FRAGMENT).empty()) {
    return fail(FailureClass::settings, "the URL has a fragment ('#...')",
                "give the part before it");
  }
  Url result;
  result.scheme = part_of(url.get(), CURLUPART_SCHEME);
  result.host = part_of(url.get(), CURLUPART_HOST);
  if (const auto zone = part_of(url.get(), CURLUPART_ZONEID); !zone.empty()) {
    // libcurl takes anything up to the bracket.
    if (!is_unreserved(zone)) {
      return fail(FailureClass::settings, "not a URL: no name of an interface behind the address");
    }
    result.host.insert(result.host.size() - 1, "%25" + zone); // "[fe80::1%25eth0]"
  }
  result.port = part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  result.path = part_of(url.get(), CURLUPART_PATH);
  result.query = part_of(url.get(), CURLUPART_QUERY);
  std::transform(result.host.begin(), result.host.end(), result.host.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (result.scheme != "https" && result.scheme != "http") {
    return fail(FailureClass::settings,
                fmt::format("the scheme '{}' is neither https nor http", result.scheme));
  }
  if (result.host.empty()) {
    return fail(FailureClass::settings, "the URL has no host");
  }
  return result;
}

std::string to_string(const Url& url)
{
  const bool usual_port = url.port == (url.scheme == "https" ? "443" : "80");
  return fmt::format("{}://{}{}{}{}{}", url.scheme, url.host, usual_port ? "" : ":" + url.port,
                     url.path, url.query.empty() ? "" : "?", url.query);
}

Result<std::string> resolved_url(const std::string& base, const std::string& reference)
{
  LIMN_TRY(load_libcurl());
  const std::unique_ptr<CURLU, FreeUrl> url(libcurl().url());
  const auto read = as_browsers_read(reference);
  if (read.empty() || libcurl().url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK
      || libcurl().url_set(url.get(), CURLUPART_URL, read.c_str(), 0) != CURLUE_OK) {
    return fail(FailureClass::settings, "not a URL");
  }
  LIMN_TRY_ASSIGN(const auto parsed, parse_url(part_of(url.get(), CURLUPART_URL)));
  return to_string(parsed);
}

bool same_host(const Url& one, const Url& other)
{
  return one.host == other.host || (is_loopback(one) && is_loopback(other));
}

bool is_loopback_host(const std::string& host)
{
  // The whole of 127.0.0.0/8, but only as a literal: a name such as 127.evil.example is not one.
  // Nor is 127.0.0.1.2, which a resolver would be asked for.
  in_addr ignored{};
  const bool literal_v4 =
    host.starts_with("127.") && ::inet_pton(AF_INET, host.c_str(), &ignored) == 1;
  return host == "localhost" || host.ends_with(".localhost") || literal_v4 || host == "[::1]";
}

} // namespace limn
