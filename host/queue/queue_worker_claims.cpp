#include "base/jitter.hpp"
#include "queue/preparation.hpp"
#include "queue/queue_worker.hpp"

#include <utility>

// QueueWorker, from a free place until the engine has its job.
namespace limn {

namespace {

constexpr std::chrono::milliseconds k_claim_again{1'000};
constexpr std::chrono::seconds k_queue_gateways_hold{10};

} // namespace

// A job has its place until its picture is there, or will not come; while the queue is told of that
// another has it.
void QueueWorker::claim_more()
{
  const auto free = m_options.jobs - m_drawing;
  if (m_is_leaving || free <= 0 || m_is_claiming) {
    return;
  }
  if (m_session.loop().now() < m_rests_until) {
    claim_later();
    return;
  }
  m_is_claiming = true;
  m_line->run(claim_statement(m_name, free),
              [this, free, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
                if (!alive.expired()) {
                  claimed(free, rows);
                }
              });
}

void QueueWorker::claim_later()
{
  m_claim = m_session.loop().after(with_jitter(k_claim_again), [this] { claim_more(); });
}

void QueueWorker::claimed(int asked, const Result<PgRows>& rows)
{
  m_is_claiming = false;
  if (!rows) {
    if (rows.error().failure_class == FailureClass::settings) {
      leave(rows.error());
    } else {
      m_voice.terminal.write(LogLevel::info, rows.error().message);
      claim_later();
    }
    end_if_over();
    return;
  }
  bool all_begun = true;
  for (std::size_t row = 0; row < rows->rows.size(); ++row) {
    all_begun = begin(claim_of(*rows, row)) && all_begun;
  }
  const bool was_short = static_cast<int>(rows->rows.size()) < asked;
  if (was_short) {
    look_at_drain();
  }
  if (was_short || !all_begun) { // what went back would come again
    claim_later();
  } else {
    claim_more(); // for the places that were left meanwhile
  }
  end_if_over();
}

// Who finds nothing may have been told to go.
void QueueWorker::look_at_drain()
{
  m_line->run({"select is_draining from limn_queue", {}},
              [this, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
                if (!alive.expired() && rows && !rows->rows.empty() && rows->text(0, 0) == "t") {
                  leave(std::nullopt);
                }
              });
}

// What the user wrote into settings and files meanwhile holds.
void QueueWorker::renew()
{
  m_settings.look();
  const auto now = m_session.loop().now();
  if (now - m_renewed >= k_queue_gateways_hold) {
    m_renewed = now;
    static_cast<void>(m_session.host().reload()); // faulty ones change nothing
  }
}

// False: it went back at once. It was lost, and what was begun with its old fence is not over yet.
// With the same fence it is what was begun: a database that crashed had lost that claim, and gave
// it once more. Its announcement may be on its way, so nobody takes that back.
bool QueueWorker::begin(const QueueClaim& claim)
{
  const auto id = std::to_string(claim.id);
  if (const auto held = m_queue.fence_of(id)) {
    if (*held == claim.fence) {
      return true;
    }
    m_line->run({"select limn_release($1, $2, false, null, null, $3)",
                 {id, std::to_string(claim.fence), m_name}},
                [](const Result<PgRows>&) {});
    return false;
  }
  renew();
  auto prepared = prepare_claim(m_session, claim, m_options.sandbox,
                                [this, id](const SavedImage& image, std::uint64_t inode) {
                                  m_jobs.at(id)->job.naming(image, inode);
                                });
  std::optional<NanoUsd> estimate;
  auto& engine = m_session.host().engine();
  if (prepared) {
    const auto& order = prepared->order;
    if (const auto cost = engine.estimate(order.job, order.gateways, order.options);
        cost.is_known()) {
      estimate = cost.amount;
    }
  }
  const int images = prepared ? prepared->order.job.count : 1;
  auto& worked =
    *(m_jobs[id] = std::make_unique<Worked>(m_queue, m_queue.take(claim, images, estimate)));
  ++m_drawing;
  if (!prepared || m_is_leaving) {
    JobOutcome outcome;
    outcome.failure =
      prepared ? Failure(FailureClass::cancelled, "interrupted") : std::move(prepared.error());
    finished(id, outcome);
    return true;
  }
  worked.sink = std::move(prepared->sink);
  worked.observer.emplace(
    m_voice, worked.job, [this] { ++m_outcome.images; },
    [this, id](const JobOutcome& outcome) { finished(id, outcome); });
  prepared->order.gate = &worked.job;
  worked.id = engine.start(std::move(prepared->order), *worked.observer);
  return true;
}

} // namespace limn
