#include "queue/queue_health.hpp"

#include "base/json_writer.hpp"

#include <array>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr std::array k_shared_kinds{Fact::Kind::billing, Fact::Kind::endpoint_missing};

// Ends of one fact that are closer than this are the same: two clocks told them.
constexpr std::chrono::seconds k_same_time{30};

milliseconds left_of(Fact::Time until)
{
  return std::chrono::ceil<milliseconds>(until - std::chrono::system_clock::now());
}

constexpr std::string_view k_no_changes = "[]";

std::optional<Fact::Kind> shared_kind(const std::string& name)
{
  for (const auto kind : k_shared_kinds) {
    if (to_string(kind) == name) {
      return kind;
    }
  }
  return std::nullopt;
}

} // namespace

void QueueHealth::exchange(std::function<void()> told)
{
  if (told) {
    m_told.push_back(std::move(told));
  }
  if (std::exchange(m_is_exchanging, true)) {
    return;
  }
  m_session.host().remember(); // and takes up what was forgotten on this machine
  auto here = known_here();
  auto changes = changes_of(here);
  m_line.run(
    {"select gateway, kind, provider, ms from limn_exchange($1)", {std::move(changes)}},
    [this, here = std::move(here), alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (alive.expired()) {
        return;
      }
      m_is_exchanging = false;
      if (rows) {
        take_up(here, *rows);
      }
      for (const auto& one : std::exchange(m_told, {})) {
        one();
      }
    });
}

void QueueHealth::tell_news()
{
  if (!m_is_exchanging && changes_of(known_here()) != k_no_changes) {
    exchange();
  }
}

QueueHealth::Facts QueueHealth::known_here() const
{
  auto& host = m_session.host();
  const auto now = std::chrono::system_clock::now();
  Facts facts;
  for (const auto& gateway : host.discovered().gateways) {
    for (const auto& fact : host.learnt().facts(gateway, now)) {
      const std::string kind(to_string(fact.kind));
      if (shared_kind(kind)) {
        facts[{gateway.id, kind, fact.subject}] = fact.expires;
      }
    }
  }
  return facts;
}

// What the queue does not have, or ends sooner there, and what is gone here before its time.
std::string QueueHealth::changes_of(const Facts& here) const
{
  JsonWriter json;
  json.begin_array();
  const auto write = [&json](const Name& name, milliseconds left) {
    const auto& [gateway, kind, provider] = name;
    json.begin_object();
    json.member("gateway", gateway);
    json.member("kind", kind);
    json.member("provider", provider);
    json.member("ms", left.count());
    json.end_object();
  };
  for (const auto& [name, until] : here) {
    const auto shared = m_shared.find(name);
    if (shared == m_shared.end() || until > shared->second + k_same_time) {
      write(name, left_of(until));
    }
  }
  for (const auto& [name, until] : m_shared) {
    if (left_of(until).count() > 0 && !here.contains(name)) {
      write(name, milliseconds(0));
    }
  }
  json.end_array();
  return json.str();
}

void QueueHealth::take_up(const Facts& sent, const PgRows& rows)
{
  const auto now = std::chrono::system_clock::now();
  Facts there;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    there[{rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)}] =
      now + milliseconds(rows.number(row, 3));
  }
  auto& learnt = m_session.host().learnt();
  const auto learn = [&learnt](const Gateway& gateway, const Name& name, Fact::Time until) {
    learnt.learn(gateway, {*shared_kind(std::get<1>(name)), std::get<2>(name), "", until});
  };
  m_shared.clear();
  for (const auto& gateway : m_session.host().discovered().gateways) {
    for (const auto& [name, until] : there) {
      if (std::get<0>(name) != gateway.id || !shared_kind(std::get<1>(name))) {
        continue;
      }
      m_shared[name] = until;
      const auto here = sent.find(name);
      if (here == sent.end() || until > here->second + k_same_time) {
        learn(gateway, name, until);
      }
    }
    for (const auto& [name, until] : sent) {
      if (std::get<0>(name) == gateway.id && !there.contains(name)) {
        learn(gateway, name, now); // it is over elsewhere
      }
    }
  }
}

} // namespace limn
