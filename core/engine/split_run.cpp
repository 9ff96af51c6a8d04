#include "engine/split_run.hpp"

#include "engine/job_run.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace limn {

SplitRun::SplitRun(HttpClient& transport, MakePart make_part, int first_number, int count, int most,
                   std::size_t at_once, std::function<void(JobOutcome)> done)
  : m_transport(transport), m_make_part(std::move(make_part)), m_at_once(at_once),
    m_done(std::move(done))
{
  for (int begun = 0; begun < count; begun += most) {
    m_parts.push_back({first_number + begun, std::min(most, count - begun), nullptr, {}, {}});
  }
}

SplitRun::~SplitRun() = default;

void SplitRun::start()
{
  go_on();
}

void SplitRun::cancel(JobsToCancel which)
{
  m_begins_no_more = true;
  m_is_cancelled = true;
  for (auto& part : m_parts) {
    if (part.run) {
      part.run->cancel(which);
    }
  }
}

void SplitRun::go_on()
{
  for (auto& part : m_parts) { // what has ended is no longer on the stack here
    if (part.run && part.run->is_done()) {
      part.run.reset();
    }
  }
  while (!m_begins_no_more && m_under_way < m_at_once && m_begun < m_parts.size()) {
    begin(m_parts[m_begun++]);
  }
  if (m_under_way > 0) {
    return;
  }
  if (const auto done = std::exchange(m_done, nullptr)) {
    done(outcome()); // may destroy this object
  }
}

void SplitRun::begin(Part& part)
{
  ++m_under_way;
  part.run = m_make_part(part.first_number, part.count,
                         [this, &part](JobOutcome outcome) { end(part, std::move(outcome)); });
  part.start = m_transport.loop().after(std::chrono::nanoseconds(0), [&part] {
    if (part.run) {
      part.run->start();
    }
  });
}

void SplitRun::end(Part& part, JobOutcome outcome)
{
  --m_under_way;
  // What was refused here would most likely be refused again, and somebody has to pay for a flood.
  m_begins_no_more = m_begins_no_more || outcome.failure.has_value();
  part.outcome = std::move(outcome);
  m_next = m_transport.loop().after(std::chrono::nanoseconds(0), [this] { go_on(); });
}

JobOutcome SplitRun::outcome()
{
  JobOutcome all;
  bool is_worst = false;
  for (auto& part : m_parts) {
    // The worst news is what the user has to hear.
    if (part.outcome.failure && (may_be_lost(part.outcome.attempts) || !is_worst)) {
      is_worst = may_be_lost(part.outcome.attempts);
      all.failure = part.outcome.failure;
    }
    add(all, std::move(part.outcome));
  }
  if (m_is_cancelled && !all.failure && m_begun < m_parts.size()) {
    all.failure = Failure(FailureClass::cancelled, "interrupted");
  }
  return all;
}

void add(JobOutcome& outcome, JobOutcome part)
{
  std::move(part.images.begin(), part.images.end(), std::back_inserter(outcome.images));
  std::move(part.attempts.begin(), part.attempts.end(), std::back_inserter(outcome.attempts));
  outcome.usage += part.usage;
  outcome.cost += part.cost;
  if (!part.gateway.name.empty()) {
    outcome.gateway = std::move(part.gateway);
    outcome.provider = std::move(part.provider);
    outcome.model = std::move(part.model);
    outcome.size_asked = std::move(part.size_asked);
    outcome.size_sent = std::move(part.size_sent);
  }
}

} // namespace limn
