#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Who has the page open: each browser has a cookie, and only its digest is kept here. Ends with the
// server.
class PageSessions
{
public:
  using Time = std::chrono::system_clock::time_point;

  static constexpr std::chrono::hours k_lasts{24 * 7};
  static constexpr std::chrono::minutes k_link_lasts{5};
  static constexpr std::size_t k_most = 256; // the oldest ends for a new one

  // What a link to the page has behind its '#'; it opens one session, soon.
  std::string make_link(Time now);
  bool take_link(std::string_view token, Time now);

  // The value of its cookie. `key`: the digest of the key that it was begun with; empty: by a link.
  std::string begin(std::string key, Time now);

  // The key of a session that there is; it may be empty.
  std::optional<std::string> key_of(std::string_view cookie, Time now) const
  {
    return key_of_digest(digest_of(cookie), now);
  }

  // The same by what is kept of a cookie, for who looks again later.
  static std::string digest_of(std::string_view cookie);
  std::optional<std::string> key_of_digest(const std::string& digest, Time now) const;

  void end(std::string_view cookie);

private:
  struct One {
    std::string key;
    Time begun;
  };

  std::map<std::string, One> m_sessions; // by the digest of the cookie
  std::map<std::string, Time> m_links;   // by the digest of the token
};

} // namespace limn
