#include "base/json_writer.hpp"
#include "memory/rate_record.hpp"
#include "queue/lane/lane_group.hpp"
#include "queue/lane/lane_place.hpp"
#include "queue/preparation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

// LaneGroup, from the claim until the gateway has it.
namespace limn {

namespace {

constexpr int k_lines_a_turn = 8; // of the loop
constexpr int k_most_uploads = 5;
constexpr int k_most_pages = 100;
constexpr int k_grace = 40; // times the first pause

// What was announced is acted on at once, or not at all: this process may have been stopped.
constexpr std::chrono::seconds k_lane_announced_within{20};
constexpr std::chrono::seconds k_create_within{60};

// Whoever looks for a batch, on whatever machine, does so for longer than both.
constexpr std::chrono::minutes k_least_grace{2};

Failure over_budget()
{
  return {FailureClass::not_saved,
          "nothing was asked for: the queue's limit of costs is reached, or nobody knows what it "
          "costs",
          "limn queue init --max-cost USD sets another"};
}

std::string line_of_lane(const QueueClaim& claim, const LanePlan& plan)
{
  JsonWriter json;
  json.begin_object();
  json.member("custom_id", lane_custom_id(claim.id, claim.fence));
  json.member("method", "POST");
  json.member("url", fmt::format("/v1{}", plan.path));
  json.key("body");
  json.raw(plan.body);
  json.end_object();
  return json.str() + '\n';
}

} // namespace

void LaneGroup::begin(std::vector<QueueClaim> claims, std::optional<NanoUsd> room)
{
  std::ranges::sort(claims, {}, &QueueClaim::id);
  m_claims.assign(std::make_move_iterator(claims.begin()), std::make_move_iterator(claims.end()));
  m_room = room;
  auto file = LaneFile::create(lane_folder(m_parts.session));
  if (!file) {
    withdraw(file.error(), false, LaneRest::some);
    return;
  }
  m_file.emplace(std::move(*file));
  make_more();
}

void LaneGroup::make_more()
{
  for (int i = 0; i < k_lines_a_turn && !m_claims.empty(); ++i) {
    make_line(m_claims.front());
    m_claims.pop_front();
  }
  m_next = loop().after({}, [this] { m_claims.empty() ? made() : make_more(); });
}

void LaneGroup::make_line(const QueueClaim& claim)
{
  auto& host = m_parts.session.host();
  auto prepared = prepare_claim(m_parts.session, claim, nullptr, {});
  if (!prepared) {
    put_aside(claim, prepared.error());
    return;
  }
  auto& order = prepared->order;
  if (m_gateway) { // a batch is of one gateway
    std::erase_if(order.gateways, [this](const Gateway& one) { return one.id != m_gateway->id; });
    if (order.gateways.empty()) {
      m_others.push_back(claim.id);
      return;
    }
  }
  auto plan = lane_plan(host, order.job, order.gateways, order.options);
  if (!plan) {
    put_aside(claim, plan.error());
    return;
  }
  const bool has_price = plan->cost.is_known();
  if (m_room && (!has_price || m_cost + plan->cost.amount > *m_room)) {
    m_over_budget.push_back(claim.id);
    return;
  }
  const auto line = line_of_lane(claim, *plan);
  const bool fits = m_file->size() + line.size() <= k_largest_lane_file
                    && m_made.size() < static_cast<std::size_t>(k_most_lane_lines);
  if (!fits || (m_gateway && (plan->model != m_model || plan->path != m_path))) {
    m_others.push_back(claim.id);
    return;
  }
  if (const auto done = m_file->append(line); !done) {
    put_aside(claim, done.error());
    return;
  }
  m_gateway = plan->gateway;
  m_model = plan->model;
  m_path = plan->path;
  m_cost += plan->cost.amount;
  m_made.push_back({claim.id, has_price ? std::optional(plan->cost.amount) : std::nullopt});
}

void LaneGroup::put_aside(const QueueClaim& claim, const Failure& failure)
{
  if (may_go_by_another(failure.failure_class)) {
    m_aside.push_back(release_statement({claim.id}, true, failure));
    say(failure.message);
    return;
  }
  JobOutcome outcome;
  outcome.failure = failure;
  m_aside.push_back(finish_statement(claim, outcome));
  m_parts.ended(outcome);
}

void LaneGroup::made()
{
  if (!m_over_budget.empty()) {
    m_aside.push_back(release_statement(m_over_budget, false, over_budget()));
  }
  if (!m_others.empty()) {
    m_aside.push_back(release_statement(m_others, false, std::nullopt));
  }
  ask_all(std::exchange(m_aside, {}), [this] {
    if (m_made.empty()) {
      withdraw(std::nullopt, false, LaneRest::some);
      return;
    }
    m_api.emplace(m_parts.wire, *m_gateway);
    upload();
  });
}

void LaneGroup::upload()
{
  if (!is_left()) {
    m_api->upload(*m_file, [this](const LaneReply& reply) { uploaded(reply); });
  }
}

void LaneGroup::uploaded(const LaneReply& reply)
{
  if (reply.is_good()) {
    if (const auto file = read_lane_file_id(reply.body)) {
      announce(*file);
      return;
    }
  }
  const bool may_pass =
    reply.failure || reply.status == 408 || reply.status == 429 || reply.status / 100 == 5;
  if (may_pass && reply.status != 501 && ++m_tries < k_most_uploads) {
    pause_then([this] { upload(); }, reply.headers);
    return;
  }
  withdraw(failure_of(reply), true, LaneRest::some);
}

// Not again where its outcome is unknown: then nothing is sent, and what was announced is taken
// back.
void LaneGroup::announce(const std::string& file)
{
  if (is_left()) {
    return;
  }
  m_step = Step::deciding;
  m_pause = m_parts.options.pause;
  std::vector<std::int64_t> jobs;
  std::string estimates = "{";
  for (const auto& made : m_made) {
    jobs.push_back(made.job);
    estimates += (estimates.size() > 1 ? "," : "")
                 + (made.estimate ? std::to_string(*made.estimate) : std::string("NULL"));
  }
  const auto& redactor = m_parts.session.redactor();
  m_parts.line.run(
    {"select limn_lane_announce($1, $2, $3, $4, $5, $6, $7, $8, $9)",
     {std::to_string(m_mark.id), std::to_string(m_mark.fence), m_parts.worker,
      lane_gateway(*m_gateway), redactor.redact(m_gateway->name), std::string(k_lane_provider),
      redactor.redact(m_model), pg_array(jobs), estimates + "}"}},
    [this, file, since = rate_time_now().uptime,
     alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (alive.expired()) {
        return;
      }
      const auto verdict = rows && !rows->rows.empty() ? rows->text(0, 0) : std::string();
      const bool is_late = rate_time_now().uptime - since > k_lane_announced_within;
      if (verdict == "may" && !is_late) {
        create(file);
      } else if (verdict == "lost") {
        lost();
      } else {
        const bool is_money = verdict == "budget" || verdict == "no_price";
        withdraw(is_money ? std::optional(over_budget()) : std::nullopt, false, LaneRest::some);
      }
    });
}

void LaneGroup::create(const std::string& file)
{
  m_announced = loop().now();
  m_api->create(lane_batch_order(file, m_path, m_mark.submission), k_create_within,
                [this](const LaneReply& reply) { created(reply); });
}

void LaneGroup::created(const LaneReply& reply)
{
  m_file.reset();
  if (reply.is_good()) {
    if (const auto batch = read_lane_batch(reply.body)) {
      found(*batch);
      return;
    }
  }
  const bool is_refused = !reply.failure && reply.status / 100 == 4 && reply.status != 408
                          && reply.status != 409 && reply.status != 425 && reply.status != 499;
  if (is_refused || (reply.failure && !reply.failure->request_was_sent)) {
    withdraw(failure_of(reply), is_refused && reply.status != 429, LaneRest::some);
    return;
  }
  m_step = Step::pausing;
  say("whether the gateway began it is unknown; it is looked for");
  pause_then([this] { search({}, 0); });
}

// Every batch of the gateway is looked at before one is taken for not there.
void LaneGroup::search(const std::string& after, int page)
{
  m_api->list(after, [this, page](const LaneReply& reply) {
    const auto listed =
      reply.is_good() ? read_lane_page(reply.body) : Result<LanePage>(fail(failure_of(reply)));
    if (!listed) {
      say(listed.error().message);
      pause_then([this] { search({}, 0); }, reply.headers);
      return;
    }
    const auto mine = std::ranges::find(listed->batches, m_mark.submission, &LaneBatch::submission);
    if (mine != listed->batches.end()) {
      found(*mine);
    } else if (listed->has_more && !listed->batches.empty() && page < k_most_pages) {
      search(listed->batches.back().id, page + 1);
    } else if (loop().now() - m_announced
               > std::max<Clock::duration>(m_parts.options.pause * k_grace, k_least_grace)) {
      withdraw(Failure(FailureClass::unreachable, "the gateway never began it"), false,
               LaneRest::some);
    } else {
      pause_then([this] { search({}, 0); });
    }
  });
}

void LaneGroup::found(const LaneBatch& batch)
{
  m_step = Step::deciding;
  m_name = batch.id;
  m_stands = batch.status;
  m_pause = m_parts.options.pause;
  ask({"select limn_lane_running($1, $2, $3)",
       {std::to_string(m_mark.id), std::to_string(m_mark.fence), m_name}},
      [this](const PgRows& rows) {
        if (rows.text(0, 0) != "t") {
          lost();
          return;
        }
        m_step = Step::pausing;
        pause_then([this] { look(); });
      });
}

void LaneGroup::take_over(Gateway gateway, const std::string& name, std::chrono::milliseconds since)
{
  m_step = Step::pausing;
  m_announced = loop().now() - since;
  m_name = name;
  m_api.emplace(m_parts.wire, std::move(gateway));
  name.empty() ? search({}, 0) : look();
}

} // namespace limn
