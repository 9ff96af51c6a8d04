#include "base/json_writer.hpp"
#include "engine/met_gateway.hpp"
#include "failure/classify.hpp"
#include "queue/lane/lane_group.hpp"
#include "queue/lane/lane_place.hpp"
#include "queue/preparation.hpp"
#include "queue/queue_claim.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

// LaneGroup, from the first look at the batch until all of its jobs are over.
namespace limn {

namespace {

constexpr std::size_t k_read_size = 64 * 1024;
constexpr int k_gone = 410;

// A request of a batch that was never answered by a model.
JobOutcome not_drawn(Failure failure, int status)
{
  JobOutcome outcome;
  Attempt attempt;
  attempt.failure = failure;
  attempt.http_status = status;
  outcome.attempts.push_back(std::move(attempt));
  outcome.failure = std::move(failure);
  return outcome;
}

// Of which nobody can say that it was not charged.
JobOutcome may_be_drawn(std::string message)
{
  JobOutcome outcome;
  Attempt attempt;
  attempt.failure = Failure(FailureClass::outcome_unknown, std::move(message));
  attempt.may_have_cost = true;
  outcome.failure = attempt.failure;
  outcome.attempts.push_back(std::move(attempt));
  outcome.cost.basis = Cost::Basis::unknown;
  return outcome;
}

} // namespace

void LaneGroup::look()
{
  m_step = Step::pausing;
  m_api->look(m_name, [this](const LaneReply& reply) { looked(reply); });
}

void LaneGroup::looked(const LaneReply& reply)
{
  const auto batch =
    reply.is_good() ? read_lane_batch(reply.body) : Result<LaneBatch>(fail(failure_of(reply)));
  if (!batch) {
    say(batch.error().message);
    pause_then([this] { look(); }, reply.headers);
    return;
  }
  m_stands = batch->status;
  if (batch->is_over()) {
    collect(*batch);
  } else {
    pause_then([this] { look(); }, reply.headers);
  }
}

void LaneGroup::collect(const LaneBatch& batch)
{
  m_batch = batch;
  m_files.clear();
  for (const auto& file : {batch.output_file, batch.error_file}) {
    if (!file.empty()) {
      m_files.push_back(file);
    }
  }
  ask({"select j.id, j.fence, j.line, j.item, j.request, a.folder, a.defaults, '' from limn_job j "
       "join limn_addition a on a.id = j.addition where j.batch = $1 and j.state = 'sent'",
       {std::to_string(m_mark.id)}},
      [this](const PgRows& rows) {
        m_open.clear();
        for (std::size_t row = 0; row < rows.rows.size(); ++row) {
          auto claim = claim_of(rows, row);
          m_open.emplace(claim.id, std::move(claim));
        }
        fetch_next();
      });
}

void LaneGroup::fetch_next()
{
  if (m_files.empty() || m_open.empty()) {
    settle_rest();
    return;
  }
  m_step = Step::pausing;
  if (is_left()) {
    return;
  }
  auto file = LaneFile::create(lane_folder(m_parts.session));
  if (!file) {
    say(file.error().message);
    pause_then([this] { fetch_next(); });
    return;
  }
  m_file.emplace(std::move(*file));
  m_api->download(m_files.front(), *m_file, [this](const LaneReply& reply) {
    const bool is_gone = !reply.failure && (reply.status == 404 || reply.status == k_gone);
    if (!reply.is_good() && !is_gone) {
      say(failure_of(reply).message);
      pause_then([this] { fetch_next(); }, reply.headers);
      return;
    }
    m_pause = m_parts.options.pause;
    m_has_lost_results = m_has_lost_results || is_gone;
    m_lines.emplace([this](LaneLine line) { m_found.push_back(std::move(line)); });
    m_read = 0;
    m_is_read = is_gone;
    read_on();
  });
}

// A line after the other; each may be an image that takes its time to the disk.
void LaneGroup::read_on()
{
  m_step = Step::pausing;
  if (is_left()) {
    return;
  }
  if (m_found.empty() && !m_is_read) {
    std::array<char, k_read_size> room; // NOLINT: it is filled
    const auto piece = m_file->read(m_read, room);
    if (!piece) { // it is still at the gateway
      say(piece.error().message);
      pause_then([this] { fetch_next(); });
      return;
    }
    m_is_read = piece->empty();
    if (m_is_read) {
      m_lines->finish();
    } else {
      m_read += piece->size();
      m_lines->feed(*piece);
    }
  }
  if (m_found.empty()) {
    if (m_is_read) {
      m_files.pop_front();
    }
    m_next = loop().after({}, [this] { m_is_read ? fetch_next() : read_on(); });
    return;
  }
  auto line = std::move(m_found.front());
  m_found.pop_front();
  take_line(std::move(line));
}

void LaneGroup::take_line(LaneLine line)
{
  const auto job = job_of_custom_id(line.custom_id);
  const auto found = job ? m_open.find(*job) : m_open.end();
  if (!line.is_whole) {
    say("a line of its results is no JSON");
    m_has_lost_results = true;
  }
  if (!line.is_whole || found == m_open.end()) { // another's, or settled before
    m_next = loop().after({}, [this] { read_on(); });
    return;
  }
  m_step = Step::deciding;
  const auto claim = found->second;
  if (line.status != 0) {
    run_line(std::move(line), claim);
    return;
  }
  const bool was_not_run =
    line.error_code == "batch_expired" || line.error_code == "batch_cancelled";
  JsonWriter json;
  json.begin_object();
  json.key("error");
  json.begin_object();
  json.member("code", line.error_code);
  json.member("message", line.error_message);
  json.end_object();
  json.end_object();
  auto failure = classify({400, nullptr, json.view()}, m_parts.session.settings().failure_words,
                          std::chrono::system_clock::now());
  if (!failure || was_not_run) {
    failure = Failure(was_not_run ? FailureClass::server : FailureClass::invalid_request,
                      was_not_run ? "the batch ended before its turn came"
                                  : "the batch has neither an answer nor a reason");
  }
  conclude(claim.id, not_drawn(std::move(*failure), 0));
}

void LaneGroup::run_line(LaneLine line, const QueueClaim& claim)
{
  auto& host = m_parts.session.host();
  const auto where =
    fmt::format("its answer stands in the results of {} at {}", m_name, m_api->gateway().name);
  auto prepared = prepare_claim(m_parts.session, claim, nullptr, {});
  auto plan = prepared
                ? lane_plan(host, prepared->order.job, {m_api->gateway()}, prepared->order.options)
                : Result<LanePlan>(fail(prepared.error()));
  if (!plan) {
    const bool may_be_paid = line.status / 100 == 2;
    auto failure = plan.error();
    failure.message = fmt::format("{}; {}", failure.message, where);
    conclude(claim.id, may_be_paid ? may_be_drawn(failure.message)
                                   : not_drawn(std::move(failure), line.status));
    return;
  }
  m_run = std::make_unique<LaneRun>(
    host, m_parts.wire, m_parts.disk, m_parts.chronicle, *m_file, std::move(line), std::move(*plan),
    std::move(prepared->sink),
    [this, job = claim.id, alive = std::weak_ptr(m_alive)](JobOutcome outcome) {
      loop().post([this, alive, job, outcome = std::move(outcome)] { // the run is at its end
        if (!alive.expired()) {
          m_run.reset();
          conclude(job, outcome);
        }
      });
    });
  m_run->start();
}

// What certainly drew nothing, through no fault of its own, is for another batch.
void LaneGroup::conclude(std::int64_t job, const JobOutcome& outcome)
{
  m_step = Step::deciding;
  const auto claim = m_open.at(job);
  const bool goes_back = outcome.failure && outcome.images.empty() && !may_be_lost(outcome.attempts)
                         && may_go_by_another(outcome.failure->failure_class);
  ask(goes_back ? release_statement({job}, true, outcome.failure)
                : finish_statement(claim, outcome),
      [this, job, goes_back, outcome](const PgRows&) {
        m_open.erase(job);
        if (goes_back) {
          m_parts.returned(1);
        } else {
          m_parts.ended(outcome);
        }
        m_next = loop().after({}, [this] { read_on(); });
      });
}

// What has no line.
JobOutcome LaneGroup::outcome_of_rest(int line) const
{
  if (m_has_lost_results) {
    return may_be_drawn(
      fmt::format("a part of the results of {} is lost, and it may have been charged", m_name));
  }
  if (m_batch.status == "completed") {
    return may_be_drawn(
      fmt::format("{} is completed and says nothing of it; it may have been charged", m_name));
  }
  if (m_batch.status != "failed") {
    return not_drawn(Failure(FailureClass::server,
                             fmt::format("the batch {} before its turn came", m_batch.status)),
                     0);
  }
  for (const auto& fault : m_batch.faults) {
    if (fault.line == line) {
      return not_drawn(Failure(FailureClass::invalid_request, fault.message), 0);
    }
  }
  const auto why = m_batch.faults.empty() ? std::string("the gateway does not say why")
                                          : m_batch.faults.front().message;
  return not_drawn(Failure(FailureClass::server, "the gateway refused the batch: " + why), 0);
}

// One after the other. A batch that failed did not run any: its lines are all of its jobs, in their
// order.
void LaneGroup::settle_rest()
{
  m_step = Step::deciding;
  m_file.reset();
  std::deque<PgStatement> statements;
  int line = 0;
  for (const auto& [job, claim] : m_open) {
    const auto outcome = outcome_of_rest(++line);
    if (!may_be_lost(outcome.attempts) && may_go_by_another(outcome.failure->failure_class)) {
      statements.push_back(release_statement({job}, true, outcome.failure));
      m_parts.returned(1);
    } else {
      statements.push_back(finish_statement(claim, outcome));
      m_parts.ended(outcome);
    }
    say(outcome.failure->message);
  }
  m_open.clear();
  ask_all(std::move(statements), [this] {
    ask(
      {"select limn_lane_over($1, $2)", {std::to_string(m_mark.id), std::to_string(m_mark.fence)}},
      [this](const PgRows&) { end(LaneRest::none); });
  });
}

} // namespace limn
