#include "serve/session_endpoint.hpp"

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "serve/page_access.hpp"
#include "serve/page_events.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace limn {

namespace {

using std::chrono::system_clock;

constexpr std::uint64_t k_most_session_body = 4096; // a key or a token; anybody may bring it

bool is_restricted(const LocalKey& key)
{
  return key.budget || key.budget_per_day || !key.models.empty();
}

std::string set_cookie(std::uint16_t port, std::string_view value, std::chrono::seconds lasts,
                       bool is_encrypted)
{
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}",
                     session_cookie_name(port), value, lasts.count(),
                     is_encrypted ? "; Secure" : "");
}

} // namespace

std::string PageEntry::session_of(const RequestHead& head, std::uint16_t port)
{
  return PageSessions::digest_of(cookie_of(head, session_cookie_name(port)));
}

// A session ends with the key that opened it.
std::optional<Caller> PageEntry::caller_of_session(const std::string& session)
{
  if (needs == Needs::nothing) {
    return Caller();
  }
  const auto key = sessions.key_of_digest(session, system_clock::now());
  if (!key || key->empty()) {
    return key ? std::optional(Caller()) : std::nullopt;
  }
  const auto& all = keys->all();
  const auto found = std::ranges::find(all, *key, &LocalKey::sha256);
  return found == all.end() ? std::nullopt : std::optional(limn::caller_of(*found));
}

std::unique_ptr<RequestReceiver> SessionEndpoint::take(ExchangeId id, const RequestHead& head,
                                                       const Caller& /*caller*/)
{
  if (auto error = refusal_of_page(head)) {
    m_parts.replies.error(id, *error, page_headers());
    return nullptr;
  }
  const auto port = first_port(m_parts.rules);
  if (head.method == "DELETE") {
    m_entry.sessions.end(cookie_of(head, session_cookie_name(port)));
    m_events.leave_ended();
    tell(id, m_entry.needs == PageEntry::Needs::nothing,
         {{"set-cookie", set_cookie(port, "", std::chrono::seconds(0), false)}});
    return nullptr;
  }
  if (head.method != "POST") {
    tell(id, m_entry.caller_of(head, port).has_value(), {});
    return nullptr;
  }
  const bool is_encrypted = head.header("origin").starts_with("https://"); // by a proxy
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, is_encrypted](const std::string& body) { open(id, body, is_encrypted); },
    [](ExchangeEnd) {}, k_most_session_body);
}

void SessionEndpoint::open(ExchangeId id, const std::string& body, bool is_encrypted)
{
  const auto json = parse_json(body);
  const auto text = [&](std::string_view name) {
    return json ? string_or_empty(member(*json, name)) : std::string_view();
  };
  const auto now = system_clock::now();
  std::optional<std::string> opened_by;
  if (!text("token").empty() && m_entry.sessions.take_link(text("token"), now)) {
    opened_by = std::string();
  } else if (!text("key").empty()) {
    const auto* key = find_local_key(m_entry.keys->all(), text("key"));
    if (key != nullptr && is_restricted(*key)) {
      m_parts.replies.error(id,
                            refusal(403, "restricted_key",
                                    "This key is of a program, with a budget or models of its own: "
                                    "the page shows and spends what is everybody's. Open it by "
                                    "`limn serve --open`, or with a key that has neither."),
                            page_headers());
      return;
    }
    opened_by = key == nullptr ? std::nullopt : std::optional(key->sha256);
  }
  if (!opened_by) {
    m_parts.replies.error(
      id,
      text("token").empty()
        ? refusal(401, "invalid_api_key", "This is none of the keys of `limn serve key list`.")
        : refusal(401, "invalid_token",
                  "This link was used already, or is too old. `limn serve --open` makes one."),
      page_headers());
    return;
  }
  const auto cookie = m_entry.sessions.begin(std::move(*opened_by), now);
  tell(id, true,
       {{"set-cookie",
         set_cookie(first_port(m_parts.rules), cookie, PageSessions::k_lasts, is_encrypted)}});
}

void SessionEndpoint::tell(ExchangeId id, bool is_open, HeaderList more)
{
  JsonWriter json;
  json.begin_object();
  json.flag("open", is_open);
  json.flag("needs_key", m_entry.needs == PageEntry::Needs::session);
  json.end_object();
  auto headers = page_headers();
  headers.insert(headers.end(), more.begin(), more.end());
  m_parts.replies.json(id, json.str(), std::move(headers));
}

} // namespace limn
