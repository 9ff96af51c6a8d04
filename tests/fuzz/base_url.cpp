// Normalising a URL is done once, stays at the host, and lets no user name or password through.
// Input: a base URL, a line "%%%", a reference as in a Location header.
#include "gateways/base_url.hpp"

#include "http/plain_url.hpp"
#include "oracle.hpp"

#include <algorithm>
#include <cctype>

using namespace limn;

namespace {

// What stands between "//" and the path.
std::string_view authority_of(std::string_view text)
{
  const auto slashes = text.find("://");
  if (slashes == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(slashes + 3);
  return text.substr(0, text.find_first_of("/?#"));
}

// A plain name, which no parser can read in two ways: letters first, so that it is no number.
bool is_plain_name(std::string_view host)
{
  return !host.empty() && std::isalpha(static_cast<unsigned char>(host.front())) != 0
         && std::ranges::all_of(host, [](unsigned char c) {
              return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '-');
            });
}

std::string lower(std::string_view text)
{
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

void check_url(const std::string& text)
{
  const auto url = parse_url(text);
  LIMN_EXPECT(url.has_value());
  LIMN_EXPECT(to_string(*url) == text);
  LIMN_EXPECT(authority_of(text).find('@') == std::string_view::npos);
  LIMN_EXPECT(url->scheme == "https" || url->scheme == "http");
  LIMN_EXPECT(url->path.starts_with("/"));
  LIMN_EXPECT(!url->host.empty());
  LIMN_EXPECT(url->host.find_first_of("/\\?#@ ") == std::string::npos);
}

void check_refusal(std::string_view text, const Failure& failure)
{
  LIMN_EXPECT(failure.failure_class == FailureClass::settings);
  LIMN_EXPECT(fuzz::is_safe_to_show(failure.message));
  const auto authority = authority_of(text);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos || at < 8
      || failure.message.find(authority.substr(0, at)) == std::string::npos) {
    return;
  }
  // Words of the message itself, if it does not follow another user name.
  const auto begin = static_cast<std::size_t>(authority.data() - text.data());
  std::string other(text);
  std::transform(other.begin() + begin, other.begin() + begin + at, other.begin() + begin,
                 [](char c) { return c >= 'a' && c < 'z' ? static_cast<char>(c + 1) : c; });
  const auto refused = normalised_base_url(other);
  LIMN_EXPECT(!refused);
  LIMN_EXPECT(refused.error().message.find(other.substr(begin, at)) == std::string::npos);
}

// The one reader knows no host that the other does not.
void check_plain(std::string_view text)
{
  if (const auto plain = read_plain_url(text)) {
    const auto url = read_url_by_libcurl(text);
    LIMN_EXPECT(url.has_value() ? *url == *plain : text.size() > 8192);
  }
}

void check_normalised(std::string_view text)
{
  const auto shown = without_credentials(text);
  LIMN_EXPECT(shown.find_first_of("@?#") == std::string::npos);
  const auto normal = normalised_base_url(text);
  if (!normal) {
    check_refusal(text, normal.error());
    return;
  }
  check_url(*normal);
  LIMN_EXPECT(normalised_base_url(*normal) == *normal);
  LIMN_EXPECT(!normal->ends_with('/'));
  LIMN_EXPECT(authority_of(text).find('@') == std::string_view::npos);
  const auto authority = authority_of(text);
  const auto host = authority.substr(0, authority.find(':'));
  if (is_plain_name(host)) {
    LIMN_EXPECT(host_of(*normal) == lower(host));
  }
}

// Blanks around it and breaks within are not there, and a backslash is a slash.
std::string as_browsers_read(std::string_view reference)
{
  std::string text;
  for (const char c : reference) {
    const bool is_blank = c >= '\0' && c <= ' ';
    if (c != '\t' && c != '\r' && c != '\n' && !(is_blank && text.empty())) {
      text += c == '\\' ? '/' : c;
    }
  }
  return text;
}

void check_resolved(std::string_view text, const std::string& reference)
{
  const auto base = parse_url(text);
  if (!base) {
    return;
  }
  const auto resolved = resolved_url(to_string(*base), reference);
  if (!resolved) {
    LIMN_EXPECT(resolved.error().failure_class == FailureClass::settings);
    return;
  }
  check_url(*resolved);
  const bool names_a_host =
    reference.find(':') != std::string::npos || as_browsers_read(reference).starts_with("//");
  LIMN_EXPECT(names_a_host || parse_url(*resolved)->origin() == base->origin());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  auto input = fuzz::text_of(bytes, size);
  auto text = fuzz::take_part(input);
  check_plain(text);
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  check_normalised(text);
  check_resolved(text, std::string(input));
  return 0;
}
