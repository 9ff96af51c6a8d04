#include "model/gateway_secrets.hpp"

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/credential_name.hpp"

#include <array>
#include <span>

namespace limn {

namespace {

// "user:password", of which the password alone tells everything.
void add_user_info(Redactor& redactor, std::string_view text)
{
  redactor.add_whole(Secret(text));
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    redactor.add(Secret(text.substr(colon + 1)));
  }
}

void add_basic(Redactor& redactor, std::string_view credential)
{
  Base64Decoder decoder;
  std::string decoded(Base64Decoder::room_for(credential.size()), '\0');
  const auto progress =
    decoder.feed(credential, std::as_writable_bytes(std::span(decoded.data(), decoded.size())));
  std::array<std::byte, 3> rest{};
  const auto end = decoder.finish(rest);
  decoded.resize(progress.produced);
  for (std::size_t i = 0; i < end.produced; ++i) {
    decoded += static_cast<char>(rest[i]);
  }
  add_user_info(redactor, decoded);
  wipe(decoded);
}

// Its names are no secret, its values are.
void add_cookies(Redactor& redactor, std::string_view cookies)
{
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    const auto cookie = trimmed(cookies.substr(0, end));
    const auto equals = cookie.find('=');
    redactor.add(Secret(equals == std::string_view::npos ? cookie : cookie.substr(equals + 1)));
    cookies.remove_prefix(end == std::string_view::npos ? cookies.size() : end + 1);
  }
}

// Without its scheme, which is no secret.
void add_credential(Redactor& redactor, std::string_view name, std::string_view value)
{
  value = trimmed(value);
  if (equal_ignoring_case(name, "cookie") || equal_ignoring_case(name, "set-cookie")) {
    add_cookies(redactor, value);
    return;
  }
  const auto blank = value.find(' ');
  const auto scheme = value.substr(0, blank == std::string_view::npos ? 0 : blank);
  const auto credential = trimmed(value.substr(scheme.size()));
  redactor.add(Secret(credential));
  if (equal_ignoring_case(scheme, "basic")) {
    add_basic(redactor, credential);
  }
}

void add_url(Redactor& redactor, std::string_view url)
{
  const auto scheme = url.find("//");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 2;
  const auto authority = url.substr(host, url.find_first_of("/?#", host) - host);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    add_user_info(redactor, authority.substr(0, at));
  }
  std::vector<TextRange> found;
  find_query_secrets(url, found);
  for (const auto& range : found) {
    redactor.add(Secret(url.substr(range.begin, range.end - range.begin)));
  }
  if (authority.find('@') == std::string_view::npos && found.empty()) {
    redactor.add_public(url);
  }
}

} // namespace

void add_secrets(Redactor& redactor, const Pairs& pairs)
{
  for (const auto& [name, value] : pairs) {
    if (names_credential(name)) {
      add_credential(redactor, name, value);
    }
  }
}

void add_secrets(Redactor& redactor, const Gateway& gateway)
{
  redactor.add(gateway.key);
  add_secrets(redactor, gateway.headers);
  add_secrets(redactor, gateway.settings);
  for (const auto& [name, value] : gateway.headers) {
    if (!names_credential(name)) {
      redactor.add_whole(Secret(value));
    }
  }
  add_url(redactor, gateway.base_url);
  redactor.add_public(gateway.name);
  for (const auto& model : gateway.models) {
    redactor.add_public(model);
  }
}

} // namespace limn
