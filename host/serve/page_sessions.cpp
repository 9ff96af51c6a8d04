#include "serve/page_sessions.hpp"

#include "base/digest.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <utility>

namespace limn {

namespace {

// 256 bits that nobody guesses.
std::string random_name()
{
  std::array<unsigned char, 32> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  std::string text;
  for (const auto byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

// What is looked up is the digest, so that the time it takes tells nothing.
std::string digest_of_name(std::string_view name)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(name)));
  return digest.hex();
}

} // namespace

std::string PageSessions::make_link(Time now)
{
  auto token = random_name();
  m_links[digest_of_name(token)] = now;
  return token;
}

bool PageSessions::take_link(std::string_view token, Time now)
{
  const auto link = m_links.extract(digest_of_name(token));
  return !link.empty() && now < link.mapped() + k_link_lasts;
}

std::string PageSessions::begin(std::string key, Time now)
{
  std::erase_if(m_sessions, [&](const auto& one) { return now >= one.second.begun + k_lasts; });
  if (m_sessions.size() >= k_most) {
    m_sessions.erase(
      std::ranges::min_element(m_sessions, {}, [](const auto& one) { return one.second.begun; }));
  }
  auto cookie = random_name();
  m_sessions[digest_of_name(cookie)] = {std::move(key), now};
  return cookie;
}

std::string PageSessions::digest_of(std::string_view cookie)
{
  return digest_of_name(cookie);
}

std::optional<std::string> PageSessions::key_of_digest(const std::string& digest, Time now) const
{
  const auto found = m_sessions.find(digest);
  return found == m_sessions.end() || now >= found->second.begun + k_lasts
           ? std::nullopt
           : std::optional(found->second.key);
}

void PageSessions::end(std::string_view cookie)
{
  m_sessions.erase(digest_of_name(cookie));
}

} // namespace limn
