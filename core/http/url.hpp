#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace limn {

// A URL as the transport will read it: parsed by libcurl itself, so that no two parsers can
// disagree about the host that a key is sent to, but where it is so plain that none could.
struct Url {
  std::string scheme; // lower case
  std::string host;   // lower case; IPv6 in brackets, with its zone if it has one
  std::string port;   // always given
  std::string path;   // begins with '/'
  std::string query;  // without '?'; may be empty

  // "https://host:port", the unit of trust.
  std::string origin() const { return scheme + "://" + host + ":" + port; }

  bool operator==(const Url&) const = default;
};

// Parses an absolute http or https URL. FailureClass::settings for anything else: no scheme, user
// and password in it, a fragment, control characters.
Result<Url> parse_url(std::string_view text);

// "https://host/path?query", the port only where it is not the scheme's own.
std::string to_string(const Url& url);

// What `reference` (absolute or relative, as in a Location header) means at `base`, read as
// browsers do: also with blanks, backslashes and a fragment, which is left out.
// FailureClass::settings as parse_url.
Result<std::string> resolved_url(const std::string& base, const std::string& reference);

// Whether both are of one host, by name: also two names of this machine.
bool same_host(const Url& one, const Url& other);

// Whether the host is localhost or a literal loopback address.
bool is_loopback_host(const std::string& host);
inline bool is_loopback(const Url& url)
{
  return is_loopback_host(url.host);
}

} // namespace limn
