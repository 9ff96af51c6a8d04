#include "batch/run.hpp"

#include "job/job_output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_tick{250};

Standing standing_of(ItemState state)
{
  switch (state) {
  case ItemState::done:
    return Standing::done;
  case ItemState::failed:
    return Standing::failed;
  case ItemState::unknown:
    return Standing::unknown;
  }
  return Standing::failed;
}

std::vector<std::filesystem::path> paths_of(const std::vector<NotedImage>& images)
{
  std::vector<std::filesystem::path> paths;
  std::transform(images.begin(), images.end(), std::back_inserter(paths),
                 [](const NotedImage& image) { return image.path; });
  return paths;
}

} // namespace

struct BatchRun::PreparedItem {
  JobOrder order;
  std::unique_ptr<ImageSink> sink;
  Cost estimate;
};

struct BatchRun::InFlightItem {
  ItemObserver observer;
  std::unique_ptr<ImageSink> sink;
  Cost estimate;
};

BatchRun::BatchRun(const BatchParts& parts, std::vector<Task> tasks)
  : m_parts(parts), m_engine(parts.session.host().engine()), m_loop(parts.session.loop()),
    m_tasks(std::move(tasks)), m_voice{parts.session.out(),
                                       parts.session.terminal(),
                                       parts.session.options(),
                                       {}},
    m_leave(
      m_loop, m_engine, [this] { return m_in_flight.empty(); },
      [this](const std::string& text) { say(text); })
{
  for (const auto& task : m_tasks) {
    ItemResult result;
    result.id = task.item->id;
    result.images = paths_of(task.images);
    if (task.to_do == ToDo::nothing) {
      result.standing = Standing::skipped;
    } else if (task.to_do == ToDo::leave_open) {
      result.standing = Standing::unknown;
      result.failure = Failure(task.failure_class.value_or(FailureClass::outcome_unknown),
                               "an earlier run asked for it, and it may have been charged",
                               "--allow-duplicate-charge asks again");
      m_outcome.last_failure = result.failure->failure_class;
    }
    m_outcome.items.push_back(std::move(result));
  }
}

BatchRun::~BatchRun() = default;

void BatchRun::start()
{
  show_progress();
  begin_more();
}

void BatchRun::begin_more()
{
  while (!m_ended && !is_at_end()
         && m_in_flight.size() < static_cast<std::size_t>(m_parts.options.jobs)) {
    if (m_tasks[m_next].to_do != ToDo::draw) {
      ++m_next;
      continue;
    }
    if (!m_parts.record.has_room()) {
      stop(Ended::no_record);
      return;
    }
    auto prepared = prepare(m_next);
    if (prepared && !fits(prepared->estimate)) {
      if (m_in_flight.empty()) { // else what ends may turn out cheaper than was thought
        stop(Ended::too_dear);
      }
      return;
    }
    const auto number = m_next++;
    if (!prepared) {
      not_begun(number, prepared.error());
      continue;
    }
    begin(number, std::move(*prepared));
  }
}

// All that a task needs, made now that its turn has come.
Result<BatchRun::PreparedItem> BatchRun::prepare(std::size_t number)
{
  const auto& task = m_tasks[number];
  std::vector<Failure> mistakes;
  const auto text = read_item(task.item->text, m_parts.options.defaults, mistakes);
  auto job = read_job(text.job, mistakes); // a file to work from may be gone
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  auto& session = m_parts.session;
  auto& host = session.host();
  std::vector<Gateway> gateways;
  if (m_parts.sandbox != nullptr) {
    gateways.push_back(*m_parts.sandbox);
  } else {
    LIMN_TRY_ASSIGN(gateways, host.gateways(job.gateways));
  }
  LIMN_TRY_ASSIGN(auto output, JobOutput::choose(session, job));
  if (!m_parts.options.manifest.empty()) {
    output.with_digest();
  }
  const auto naming = [this, number](const SavedImage& image, std::uint64_t inode) {
    m_in_flight.at(number)->observer.naming(image, inode);
  };
  LIMN_TRY_ASSIGN(auto sink, output.open(session.terminal(), naming));
  const auto here = static_cast<int>(task.images.size());
  job.job.count = std::max(1, job.job.count - here);
  const auto estimate = host.engine().estimate(job.job, gateways, job.engine);
  JobOrder order{
    std::move(job.job), std::move(gateways), sink.get(), std::move(job.engine), nullptr, here + 1};
  return PreparedItem{std::move(order), std::move(sink), estimate};
}

bool BatchRun::fits(Cost estimate) const
{
  const auto all = m_parts.spent_before + m_outcome.cost + m_reserved + estimate;
  return !m_parts.options.max_cost || all.amount <= *m_parts.options.max_cost;
}

void BatchRun::begin(std::size_t number, PreparedItem prepared)
{
  auto& order = prepared.order;
  const auto& task = m_tasks[number];
  InFlight item;
  item.id = task.item->id;
  item.line = task.item->line;
  item.digest = task.item->digest;
  item.wanted = order.job.count + static_cast<int>(task.images.size());
  item.images = task.images;
  item.estimate = prepared.estimate;
  auto in_flight = std::unique_ptr<InFlightItem>(
    new InFlightItem{ItemObserver(
                       m_voice, m_parts.record, std::move(item), [this] { ++m_images; },
                       [this, number](JobOutcome outcome) { ended(number, std::move(outcome)); }),
                     std::move(prepared.sink), prepared.estimate});
  auto& observer = in_flight->observer;
  order.gate = &observer;
  if (m_voice.options.events) {
    observer.events().item_started(task.item->line);
  }
  m_in_flight.emplace(number, std::move(in_flight));
  m_reserved += prepared.estimate;
  m_engine.start(std::move(order), observer);
}

// What could not even be begun costs nothing; the others may do better.
void BatchRun::not_begun(std::size_t number, const Failure& failure)
{
  ManifestLine line;
  line.state = ItemState::failed;
  line.images = m_tasks[number].images;
  line.failure = failure;
  conclude(number, std::move(line));
}

void BatchRun::ended(std::size_t number, JobOutcome outcome)
{
  const auto in_flight = std::move(m_in_flight.extract(number).mapped());
  m_reserved.amount -= in_flight->estimate.amount;
  m_outcome.cost += outcome.cost;
  if (!outcome.images.empty()) {
    m_outcome.images_of_gateways[outcome.gateway.name] += static_cast<int>(outcome.images.size());
  }
  ManifestLine line;
  line.state = !outcome.failure                ? ItemState::done
               : may_be_lost(outcome.attempts) ? ItemState::unknown
                                               : ItemState::failed;
  line.images = m_tasks[number].images;
  std::transform(outcome.images.begin(), outcome.images.end(), std::back_inserter(line.images),
                 noted);
  line.failure = outcome.failure;
  line.cost = outcome.cost;
  line.outcome = &outcome;
  const bool left_no_trace = line.state == ItemState::failed && outcome.images.empty()
                             && outcome.failure->failure_class == FailureClass::cancelled;
  if (!left_no_trace) {
    conclude(number, std::move(line));
  }
  begin_more();
  if (is_over()) {
    m_loop.stop();
  }
}

void BatchRun::conclude(std::size_t number, ManifestLine line)
{
  const auto& item = *m_tasks[number].item;
  line.id = item.id;
  line.line = item.line;
  line.digest = item.digest;
  const auto text = line_of(line);
  m_parts.record.ended(text);
  if (m_voice.options.events) {
    EventLines(m_voice.out, item.id).item_ended(text);
  }
  auto& result = m_outcome.items[number];
  result.standing = standing_of(line.state);
  result.images = paths_of(line.images);
  result.failure = line.failure;
  if (line.state == ItemState::done) {
    ++m_done;
    return;
  }
  ++m_failed;
  m_outcome.last_failure = line.failure->failure_class;
  m_voice.terminal.write(LogLevel::info, fmt::format("item {}: {}: {}", item.id,
                                                     to_string(line.failure->failure_class),
                                                     line.failure->message));
  if (m_parts.options.after_failure == AfterFailure::begin_no_more) {
    stop(Ended::after_failure);
  }
}

void BatchRun::stop(Ended why)
{
  if (!m_ended) {
    m_ended = why;
  }
}

void BatchRun::interrupted(StopSignal signal)
{
  stop(Ended::interrupted);
  if (is_over()) {
    m_loop.stop();
  }
  if (signal != StopSignal::interrupt) {
    leave(signal);
    return;
  }
  ++m_interrupts;
  if (m_interrupts > 1) {
    m_engine.cancel(JobsToCancel::all);
    return;
  }
  m_engine.cancel(JobsToCancel::waiting);
  if (m_in_flight.empty()) {
    return;
  }
  const auto grace = m_parts.options.grace;
  m_voice.terminal.say(
    LogLevel::info,
    fmt::format("interrupted: what is in flight ({} item{}) may take up to {:.3g} s more; Ctrl-C "
                "again cancels it",
                m_in_flight.size(), m_in_flight.size() == 1 ? "" : "s",
                std::chrono::duration<double>(grace).count()));
  m_grace = m_loop.after(grace, [this] { m_engine.cancel(JobsToCancel::all); });
}

void BatchRun::leave(StopSignal signal)
{
  m_leave.on(signal);
  if (m_in_flight.empty()) {
    m_outcome.stopped_by = signal;
  }
}

void BatchRun::say(const std::string& text)
{
  if (m_voice.options.events) {
    EventLines(m_voice.out).noticed(text);
  } else {
    m_voice.terminal.say(LogLevel::info, text);
  }
}

BatchOutcome BatchRun::outcome()
{
  m_tick.cancel();
  m_voice.terminal.erase_progress();
  m_outcome.elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - m_begin);
  m_outcome.ended = m_ended.value_or(Ended::all_begun);
  m_outcome.record_failure = m_parts.record.failure();
  return std::move(m_outcome);
}

std::string BatchRun::progress() const
{
  const auto elapsed = std::chrono::duration<double>(Clock::now() - m_begin).count();
  constexpr double minute = 60;
  return fmt::format("{} of {} done · {} in flight · {} failed · {:.0f} images/min · {:.0f} s · {}",
                     m_done, m_tasks.size(), m_in_flight.size(), m_failed,
                     elapsed > 0 ? m_images * minute / elapsed : 0.0, elapsed,
                     cost_text(m_outcome.cost));
}

void BatchRun::show_progress()
{
  if (!m_voice.terminal.shows_progress()) {
    return;
  }
  m_voice.terminal.progress(progress(), Cut::middle);
  m_tick = m_loop.after(k_tick, [this] { show_progress(); });
}

} // namespace limn
