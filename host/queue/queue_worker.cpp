#include "queue/queue_worker.hpp"

#include "base/jitter.hpp"
#include "base/json_writer.hpp"
#include "job/envelope.hpp"
#include "queue/postgres/schema.hpp"
#include "queue/worker_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds k_beat_every{15};
constexpr std::chrono::seconds k_reap_every{30};
constexpr std::chrono::seconds k_rest{5};
constexpr milliseconds k_queue_tick{250};

std::string report_of_queued(const JobOutcome& outcome)
{
  JsonWriter json;
  write_envelope(json, outcome);
  return json.str();
}

Engine& engine_on(EngineHost& host, RateBook& rates)
{
  host.share_rates(rates);
  return host.engine();
}

} // namespace

QueueWorker::QueueWorker(Session& session, std::unique_ptr<PgLine> line, QueueWorkerOptions options)
  : m_session(session), m_options(std::move(options)), m_line(std::move(line)),
    m_name(name_of_worker()), m_rates(*m_line, m_name), m_health(session, *m_line),
    m_journal(session.loop(), m_options.journals, m_name),
    m_queue(session.loop(), *m_line, m_rates, m_journal, session.redactor(), m_name,
            report_of_queued,
            [this](const std::string& job, const QueueJobs::Ended& ended) { over(job, ended); }),
    m_witness(session.loop(), *m_line, m_options.journals,
              [this](const std::string& text) {
                if (m_voice.said.insert(text).second) {
                  m_session.terminal().say(LogLevel::warning, text);
                }
              }),
    m_settings(session), m_renewed(session.loop().now()), m_voice{session.out(),
                                                                  session.terminal(),
                                                                  session.options(),
                                                                  {}},
    m_interrupt(Leaving::after_what_is_charged),
    m_leave(
      session.loop(), engine_on(session.host(), m_rates), [this] { return m_jobs.empty(); },
      [this](const std::string& text) { m_session.terminal().say(LogLevel::info, text); })
{
}

QueueWorker::~QueueWorker() = default;

Result<std::string> QueueWorker::tell_metrics(const std::string& address, std::uint16_t port)
{
  LIMN_TRY_ASSIGN(m_listener, MetricsListener::listen(
                                m_session.loop(), m_session.redactor(), address, port, [this] {
                                  return m_metrics.text(static_cast<std::size_t>(m_drawing));
                                }));
  return m_listener->url();
}

QueueWorkerOutcome QueueWorker::run()
{
  auto& loop = m_session.loop();
  m_signals = m_interrupt.watch(loop, [this](StopSignal signal) { on(signal); });
  show_progress();
  reap();
  beat_again();
  m_witness.begin([this] {
    if (m_options.witnessed) {
      m_options.witnessed();
    }
    m_health.exchange(
      [this] { claim_more(); }); // what others found out holds for the first job, too
  });
  if (m_options.sandbox == nullptr) {
    m_lane.emplace(m_session, *m_line, m_name, m_options.lane,
                   Lane::Listener{[this](const JobOutcome& outcome) { ended_by_batch(outcome); },
                                  [this](std::int64_t jobs) { m_outcome.returned += jobs; },
                                  [this] { end_if_over(); }});
    m_lane->start();
  }
  loop.run();
  m_session.terminal().erase_progress();
  m_session.host().remember();
  return std::move(m_outcome);
}

void QueueWorker::finished(const std::string& job, const JobOutcome& outcome)
{
  auto& worked = *m_jobs.at(job);
  worked.id.reset();
  worked.cost = outcome.cost;
  --m_drawing;
  if (m_queue.goes_back(job, outcome)) {
    m_rests_until = m_session.loop().now() + k_rest;
  }
  m_metrics.drawn(outcome);
  m_queue.finish(worked.job.claim(), outcome);
  m_health.tell_news();
  m_session.loop().post([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      claim_more();
    }
  });
}

void QueueWorker::over(const std::string& job, const QueueJobs::Ended& ended)
{
  auto& terminal = m_session.terminal();
  m_metrics.ended(ended);
  m_outcome.cost += m_jobs.at(job)->cost;
  m_jobs.erase(job);
  if (ended.how != QueueEnd::kept) {
    ++m_outcome.returned;
    if (!ended.why.empty() && m_voice.said.insert(ended.why).second && !m_is_leaving) {
      terminal.say(LogLevel::warning, fmt::format("job {} goes back: {}", job, ended.why));
    }
  } else if (ended.state == JobState::done) {
    ++m_outcome.done;
  } else {
    ++(ended.state == JobState::unknown ? m_outcome.unknown : m_outcome.failed);
    terminal.say(LogLevel::warning, fmt::format("job {}: {}", job, ended.why));
  }
  end_if_over();
}

// --- Life ---

void QueueWorker::beat_again()
{
  m_beat = m_session.loop().after(k_beat_every, [this] { beat(); });
}

void QueueWorker::beat()
{
  beat_again();
  if (std::exchange(m_is_beating, true)) {
    return;
  }
  m_health.exchange();
  const auto jobs = m_queue.ids();
  m_line->run(
    {"select p_is_draining, p_held from limn_beat($1, $2, $3, $4)",
     {std::to_string(queue_version()), m_name, pg_array(jobs), pg_array(m_rates.tokens())}},
    [this, jobs, alive = std::weak_ptr(m_alive)](const Result<PgRows>& rows) {
      if (!alive.expired()) {
        m_is_beating = false;
        heard(jobs, rows);
      }
    });
}

// What is somebody else's by now need not be begun; what was sent goes on, since it is paid for,
// and a queue that has lost that is told.
void QueueWorker::heard(const std::vector<std::int64_t>& asked, const Result<PgRows>& rows)
{
  if (!rows) {
    if (rows.error().failure_class == FailureClass::settings) {
      leave(rows.error());
    }
    return;
  }
  m_queue.forget_ends();
  const auto held = numbers_of_pg_array(rows->text(0, 1));
  for (const auto number : asked) {
    const auto job = m_jobs.find(std::to_string(number));
    const bool is_lost = std::ranges::find(held, number) == held.end();
    if (!is_lost || job == m_jobs.end() || !job->second->id) {
      continue;
    }
    if (m_queue.is_sent(job->first)) {
      m_queue.insist(job->first);
    } else {
      m_session.host().engine().cancel(*job->second->id);
    }
  }
  if (rows->text(0, 0) == "t") {
    leave(std::nullopt);
  }
}

void QueueWorker::reap()
{
  m_line->run({"select limn_tend()", {}}, [](const Result<PgRows>&) {});
  m_reap = m_session.loop().after(with_jitter(k_reap_every), [this] { reap(); });
}

void QueueWorker::ended_by_batch(const JobOutcome& outcome)
{
  const auto state = state_of(outcome);
  ++(state == JobState::done      ? m_outcome.done
     : state == JobState::unknown ? m_outcome.unknown
                                  : m_outcome.failed);
  m_outcome.images += static_cast<std::int64_t>(outcome.images.size());
  m_outcome.cost += outcome.cost;
  m_metrics.drawn(outcome);
  m_metrics.ended({QueueEnd::kept, state, {}, false});
}

// --- The end ---

// It takes nothing new; what it has goes on to its end.
void QueueWorker::leave(std::optional<Failure> why)
{
  if (!std::exchange(m_is_leaving, true)) {
    m_outcome.failure = std::move(why);
    m_claim.cancel();
    if (m_lane) {
      m_lane->take_no_more();
    }
  }
  m_session.loop().post([this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      end_if_over();
    }
  });
}

void QueueWorker::on(StopSignal signal)
{
  const bool is_again = m_is_leaving;
  leave(std::nullopt);
  if (m_lane) {
    m_lane->hand_over(); // it may take a day
  }
  if (signal != StopSignal::interrupt) {
    m_leave.on(signal);
  } else {
    m_session.host().engine().cancel(is_again ? JobsToCancel::all : JobsToCancel::uncharged);
  }
}

void QueueWorker::end_if_over()
{
  if (m_is_leaving && m_jobs.empty() && !m_is_claiming && (!m_lane || m_lane->is_idle())) {
    m_session.loop().stop();
  }
}

void QueueWorker::show_progress()
{
  auto& terminal = m_session.terminal();
  if (!terminal.shows_progress()) {
    return;
  }
  terminal.progress(fmt::format("{} done · {} in flight · {} failed · {} unknown · {}",
                                m_outcome.done, m_drawing, m_outcome.failed, m_outcome.unknown,
                                cost_text(m_outcome.cost)),
                    Cut::middle);
  m_tick = m_session.loop().after(k_queue_tick, [this] { show_progress(); });
}

} // namespace limn
