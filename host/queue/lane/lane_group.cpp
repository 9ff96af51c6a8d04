#include "queue/lane/lane_group.hpp"

#include "base/json_writer.hpp"
#include "failure/classify.hpp"
#include "job/envelope.hpp"
#include "queue/postgres/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

// LaneGroup, what all of its steps have in common.
namespace limn {

namespace {

constexpr std::chrono::seconds k_lane_beat{15};
constexpr std::chrono::seconds k_lane_database_pause{1};
constexpr int k_slowest_look = 20; // times the first pause

PgValue lane_bool(bool value)
{
  return std::string(value ? "true" : "false");
}

} // namespace

LaneGroup::LaneGroup(const LaneParts& parts, Mark mark, std::function<void(LaneRest)> done)
  : m_parts(parts), m_mark(std::move(mark)), m_done(std::move(done)), m_pause(parts.options.pause)
{
  beat();
}

LaneGroup::~LaneGroup() = default;

// Again and again while the database does not answer: all that is asked this way may be asked
// twice.
void LaneGroup::ask(PgStatement statement, std::function<void(const PgRows&)> then)
{
  auto asked = statement;
  m_parts.line.run(
    std::move(asked), [this, statement = std::move(statement), then = std::move(then),
                       alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) mutable {
      if (alive.expired()) {
        return;
      }
      if (rows) {
        then(*rows);
      } else if (rows.error().failure_class == FailureClass::settings) {
        lost();
      } else {
        m_next =
          loop().after(k_lane_database_pause, [this, statement = std::move(statement),
                                               then = std::move(then)] { ask(statement, then); });
      }
    });
}

void LaneGroup::ask_all(std::deque<PgStatement> statements, const std::function<void()>& then)
{
  if (statements.empty()) {
    then();
    return;
  }
  auto first = std::move(statements.front());
  statements.pop_front();
  ask(std::move(first), [this, statements = std::move(statements), then](const PgRows&) {
    ask_all(statements, then);
  });
}

void LaneGroup::beat()
{
  m_beat = loop().after(k_lane_beat, [this] { beat(); });
  m_parts.line.run(
    {"select limn_lane_beat($1, $2, $3, $4)",
     {std::to_string(queue_version()), std::to_string(m_mark.id), std::to_string(m_mark.fence),
      m_stands.empty() ? PgValue() : PgValue(m_parts.session.redactor().redact(m_stands))}},
    [this, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (alive.expired()) {
        return;
      }
      const bool is_mine = rows && !rows->rows.empty() && rows->text(0, 0) == "t";
      const bool is_other_version = !rows && rows.error().failure_class == FailureClass::settings;
      if ((rows && !is_mine) || is_other_version) {
        lost();
      }
    });
}

// It is another's, who has all that it takes to go on.
void LaneGroup::lost()
{
  end(LaneRest::some);
}

void LaneGroup::end(LaneRest rest)
{
  m_next.cancel();
  m_beat.cancel();
  m_api.reset();
  m_run.reset();
  m_alive = std::make_shared<char>(); // nothing that was asked is heard any more
  if (const auto done = std::exchange(m_done, nullptr)) {
    done(rest);
  }
}

void LaneGroup::hand_over()
{
  m_is_leaving = true;
  if (m_step != Step::deciding) {
    static_cast<void>(is_left());
  }
}

// True where this was the end of it here.
bool LaneGroup::is_left()
{
  if (!m_is_leaving) {
    return false;
  }
  m_next.cancel();
  m_api.reset();
  if (m_step == Step::making) {
    withdraw(std::nullopt, false, LaneRest::some);
    return true;
  }
  m_step = Step::deciding;
  ask({"select limn_lane_hand_over($1, $2)",
       {std::to_string(m_mark.id), std::to_string(m_mark.fence)}},
      [this](const PgRows&) { end(LaneRest::some); });
  return true;
}

// A gateway that says when to come back is not asked before.
void LaneGroup::pause_then(std::function<void()> then, const Pairs& headers)
{
  if (is_left()) {
    return;
  }
  const auto told = retry_after(headers, {}, std::chrono::system_clock::now());
  const auto pause = std::max(m_pause, told.value_or(std::chrono::milliseconds(0)));
  m_pause = std::min(m_pause * 3 / 2, m_parts.options.pause * k_slowest_look);
  m_next = loop().after(pause, [then = std::move(then)] { then(); });
}

// By who knows that nothing was asked for, or that nothing is drawn of it.
void LaneGroup::withdraw(std::optional<Failure> why, bool counts, LaneRest rest)
{
  m_step = Step::deciding;
  if (why) {
    say(why->message);
  }
  ask(release_statement({}, counts, why), [this, rest](const PgRows& rows) {
    m_parts.returned(rows.number(0, 0));
    ask(
      {"select limn_lane_over($1, $2)", {std::to_string(m_mark.id), std::to_string(m_mark.fence)}},
      [this, rest](const PgRows&) { end(rest); });
  });
}

// No jobs: all that are left.
PgStatement LaneGroup::release_statement(const std::vector<std::int64_t>& jobs, bool counts,
                                         const std::optional<Failure>& why) const
{
  return {"select limn_lane_release($1, $2, $3, $4, $5, $6)",
          {std::to_string(m_mark.id), std::to_string(m_mark.fence),
           jobs.empty() ? PgValue() : PgValue(pg_array(jobs)), lane_bool(counts),
           why ? PgValue(std::string(to_string(why->failure_class))) : PgValue(),
           why ? PgValue(m_parts.session.redactor().redact(why->message)) : PgValue()}};
}

PgStatement LaneGroup::finish_statement(const QueueClaim& claim, const JobOutcome& outcome) const
{
  JsonWriter json;
  write_envelope(json, outcome);
  const auto& redactor = m_parts.session.redactor();
  const auto state = state_of(outcome);
  const Attempt none;
  const auto& attempt = outcome.attempts.empty() ? none : outcome.attempts.back();
  return {
    "select limn_lane_finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    {std::to_string(claim.id), std::to_string(claim.fence),
     std::string(to_string(state == JobState::cancelled ? JobState::refused : state)),
     std::to_string(outcome.images.size()), std::to_string(outcome.cost.amount),
     std::string(to_string(outcome.cost.basis)),
     outcome.failure ? PgValue(std::string(to_string(outcome.failure->failure_class))) : PgValue(),
     outcome.failure ? PgValue(redactor.redact(outcome.failure->message)) : PgValue(),
     redactor.redact_json(json.str()), std::to_string(attempt.http_status),
     attempt.request_id.empty() ? PgValue() : PgValue(redactor.redact(attempt.request_id)),
     lane_bool(attempt.may_have_cost)}};
}

Failure LaneGroup::failure_of(const LaneReply& reply) const
{
  const auto& name = m_api->gateway().name;
  if (reply.failure) {
    return {FailureClass::unreachable, fmt::format("{}: {}", name, reply.failure->message),
            reply.failure->hint};
  }
  if (reply.status == 404 || reply.status == 405 || reply.status == 501) {
    return {FailureClass::settings,
            fmt::format("{} has no Batch API (HTTP {})", name, reply.status),
            "`batches: false` of it in limn.yaml says so"};
  }
  auto failure =
    classify({reply.status, &reply.headers, reply.body}, m_parts.session.settings().failure_words,
             std::chrono::system_clock::now());
  if (!failure) {
    failure =
      Failure(FailureClass::server,
              fmt::format("HTTP {} with an answer that limn does not understand", reply.status));
  }
  failure->message = fmt::format("{} and its batch: {}", name, failure->message);
  return std::move(*failure);
}

void LaneGroup::say(const std::string& text)
{
  if (m_said.insert(text).second && !m_is_leaving) {
    m_parts.session.terminal().say(LogLevel::warning, fmt::format("batch {}: {}", m_mark.id, text));
  }
}

} // namespace limn
