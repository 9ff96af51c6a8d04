#include "queue/lane/lane.hpp"

#include "base/jitter.hpp"
#include "engine/met_gateway.hpp"
#include "queue/lane/lane_place.hpp"
#include "queue/postgres/schema.hpp"
#include "queue/queue_claim.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_lane_look{5'000};

// A file of results is as large as all of its images: what it may hold is limited by the disk.
Limits limits_of_lane(Limits limits)
{
  limits.max_body_size = std::numeric_limits<std::int64_t>::max();
  return limits;
}

std::string text_array(const std::vector<Gateway>& gateways)
{
  std::string text = "{";
  for (const auto& gateway : gateways) {
    text += (text.size() > 1 ? "," : "") + lane_gateway(gateway);
  }
  return text + "}";
}

} // namespace

Lane::Lane(Session& session, PgLine& line, const std::string& worker, LaneOptions options,
           Listener listener)
  : m_session(session), m_line(line), m_worker(worker), m_options(options),
    m_listener(std::move(listener)),
    m_transport(session.loop(),
                {session.host().options().ca_file, session.host().options().user_agent,
                 limits_of_lane(session.settings().limits)},
                session.terminal()),
    m_disk(session.loop())
{
  const auto& folder = session.host().options().history_folder;
  if (session.settings().keeps_history && !folder.empty()) {
    m_chronicle.emplace(session.loop(), m_disk, folder, session.redactor(), session.terminal());
  }
}

Lane::~Lane() = default;

void Lane::start()
{
  look();
}

void Lane::take_no_more()
{
  if (!std::exchange(m_takes_no_more, true)) {
    m_look.cancel();
  }
}

void Lane::hand_over()
{
  take_no_more();
  m_hands_over = true;
  if (m_group) {
    m_group->hand_over();
  }
}

void Lane::look_later()
{
  if (m_takes_no_more) {
    m_session.loop().post([this, alive = std::weak_ptr(m_alive)] {
      if (!alive.expired() && is_idle()) {
        m_listener.idle();
      }
    });
    return;
  }
  m_look =
    m_session.loop().after(with_jitter(std::min(k_lane_look, m_options.pause)), [this] { look(); });
}

// Where the database does not answer it is asked again with the next look.
void Lane::ask(PgStatement statement, std::function<void(const PgRows&)> then)
{
  m_is_asking = true;
  m_line.run(std::move(statement), [this, then = std::move(then),
                                    alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
    if (alive.expired()) {
      return;
    }
    m_is_asking = false;
    rows ? then(*rows) : look_later();
  });
}

void Lane::look()
{
  std::vector<Gateway> gateways;
  for (const auto& gateway : m_session.host().discovered().gateways) {
    if (gateway.usable() && takes_batches(gateway)) {
      gateways.push_back(gateway);
    }
  }
  if (gateways.empty()) {
    look_later();
    return;
  }
  ask({"select batch, fence, submission, gateway, name, submitted_ms from limn_lane_take($1, $2, "
       "$3)",
       {std::to_string(queue_version()), m_worker, text_array(gateways)}},
      [this, gateways](const PgRows& rows) { taken(rows, gateways); });
}

LaneGroup& Lane::new_group(LaneGroup::Mark mark)
{
  m_group = std::make_unique<LaneGroup>(
    LaneParts{m_session, m_line, m_transport, m_disk, m_chronicle ? &*m_chronicle : nullptr,
              m_worker, m_options, m_listener.ended, m_listener.returned},
    std::move(mark), [this](LaneRest rest) {
      m_session.loop().post([this, rest, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired()) {
          over(rest);
        }
      });
    });
  if (m_hands_over) {
    m_group->hand_over();
  }
  return *m_group;
}

void Lane::taken(const PgRows& rows, const std::vector<Gateway>& gateways)
{
  if (rows.rows.empty()) {
    m_takes_no_more ? look_later() : claim();
    return;
  }
  auto gateway = *std::ranges::find(gateways, rows.text(0, 3), lane_gateway);
  static_cast<void>(
    meet(gateway, std::string(k_lane_provider), m_session.host().registry())); // else as usual
  new_group({rows.number(0, 0), static_cast<int>(rows.number(0, 1)), rows.text(0, 2)})
    .take_over(std::move(gateway), rows.text(0, 4), std::chrono::milliseconds(rows.number(0, 5)));
}

void Lane::claim()
{
  ask({"select id, fence, line, item, request, folder, defaults, '', batch, submission, room from "
       "limn_lane_claim($1, $2, $3)",
       {std::to_string(queue_version()), m_worker, std::to_string(m_options.most_jobs)}},
      [this](const PgRows& rows) { claimed(rows); });
}

void Lane::claimed(const PgRows& rows)
{
  if (rows.rows.empty()) {
    look_later();
    return;
  }
  std::vector<QueueClaim> claims;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    claims.push_back(claim_of(rows, row));
  }
  new_group({rows.number(0, 8), 1, rows.text(0, 9)})
    .begin(std::move(claims),
           rows.rows.front()[10] ? std::optional(rows.number(0, 10)) : std::nullopt);
}

void Lane::over(LaneRest rest)
{
  m_group.reset();
  if (rest == LaneRest::none && !m_takes_no_more) {
    look();
  } else {
    look_later();
  }
}

} // namespace limn
