#include "batch/run.hpp"

#include "batch/manifest_line.hpp"
#include "job/waiting_line.hpp"
#include "job/window.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_tick{250};
constexpr double k_enough = 3; // items, to tell how long the rest takes
constexpr int k_wide = 110;    // columns, that have room for a bar
constexpr int k_bar = 16;

Standing standing_of(JobState state)
{
  switch (state) {
  case JobState::done:
    return Standing::done;
  case JobState::unknown:
    return Standing::unknown;
  case JobState::cancelled:
    return Standing::not_begun;
  default:
    return Standing::failed;
  }
}

// Not claimed yet; `wanted` counts what is there already.
InFlight in_flight(const Task& task)
{
  InFlight item;
  item.id = task.item->id;
  item.line = task.item->line;
  item.digest = task.item->digest;
  item.wanted = static_cast<int>(task.images.size());
  item.images = task.images;
  return item;
}

std::vector<std::filesystem::path> paths_of(const std::vector<NotedImage>& images)
{
  std::vector<std::filesystem::path> paths;
  std::ranges::transform(images, std::back_inserter(paths), &NotedImage::path);
  return paths;
}

} // namespace

struct BatchRun::InFlightItem {
  ClaimedJob job;
  std::unique_ptr<ImageSink> sink;
  Cost estimate;
  std::optional<ItemObserver> observer;
};

BatchRun::BatchRun(const BatchParts& parts, std::vector<Task> tasks)
  : m_parts(parts), m_tasks(std::move(tasks)), m_voice{parts.out, parts.terminal, parts.global, {}},
    m_leave(
      parts.loop, parts.engine, [this] { return m_in_flight.empty(); },
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
    if (prepared && !fits(estimate_of(prepared->order))) {
      if (m_in_flight.empty()) { // else what ends may turn out cheaper than was thought
        stop(Ended::too_dear);
      }
      return;
    }
    const auto number = m_next++;
    if (!prepared) {
      not_begun(number, std::move(prepared.error()));
      continue;
    }
    begin(number, std::move(*prepared));
  }
}

Result<PreparedItem> BatchRun::prepare(std::size_t number)
{
  const auto& task = m_tasks[number];
  const auto naming = [this, number](const SavedImage& image, std::uint64_t inode) {
    m_in_flight.at(number)->job.naming(image, inode);
  };
  LIMN_TRY_ASSIGN(auto prepared, m_parts.prepare(task, naming));
  const auto here = static_cast<int>(task.images.size());
  auto& order = prepared.order;
  if (here > 0 && here >= order.job.count) { // fewer are wanted by now
    return fail(FailureClass::usage,
                fmt::format("{} images are there, and no more than {} are wanted by now", here,
                            order.job.count),
                "where defaults.n was changed: say n in the item");
  }
  order.job.count -= here;
  order.first_number = here + 1;
  return prepared;
}

Cost BatchRun::estimate_of(const JobOrder& order) const
{
  return m_parts.engine.estimate(order.job, order.gateways, order.options);
}

bool BatchRun::fits(Cost estimate) const
{
  const auto all = m_parts.spent_before + m_outcome.cost + m_reserved + estimate;
  return !m_parts.options.max_cost || all.amount <= *m_parts.options.max_cost;
}

void BatchRun::begin(std::size_t number, PreparedItem prepared)
{
  auto& order = prepared.order;
  auto item = in_flight(m_tasks[number]);
  item.wanted += order.job.count;
  item.estimate = estimate_of(order);
  const auto estimate = item.estimate;
  m_reserved += estimate;
  m_in_flight[number] = std::unique_ptr<InFlightItem>(
    new InFlightItem{ClaimedJob(m_parts.record, m_parts.record.claim(std::move(item))),
                     std::move(prepared.sink), estimate, std::nullopt});
  auto& begun = *m_in_flight[number];
  auto& observer = begun.observer.emplace(
    m_voice, begun.job, [this] { ++m_images; },
    [this, number](const JobOutcome& outcome) { ended(number, outcome); });
  order.gate = &begun.job;
  if (m_voice.options.events) {
    EventLines(m_voice.out, begun.job.claim().id).item_started(m_tasks[number].item->line);
  }
  m_parts.start(std::move(order), observer);
}

// What could not even be begun costs nothing; the others may do better.
void BatchRun::not_begun(std::size_t number, Failure failure)
{
  JobOutcome outcome;
  outcome.failure = std::move(failure);
  conclude(number, m_parts.record.claim(in_flight(m_tasks[number])), outcome);
}

void BatchRun::ended(std::size_t number, const JobOutcome& outcome)
{
  const auto in_flight = std::move(m_in_flight.extract(number).mapped());
  m_reserved.amount -= in_flight->estimate.amount;
  m_outcome.cost += outcome.cost;
  if (!outcome.images.empty()) {
    m_outcome.images_of_gateways[outcome.gateway.name] += static_cast<int>(outcome.images.size());
  }
  conclude(number, in_flight->job.claim(), outcome);
  const bool was_cancelled =
    outcome.failure && outcome.failure->failure_class == FailureClass::cancelled;
  if (m_left_by && was_cancelled && m_in_flight.empty()) { // that may come later than the signal
    m_outcome.stopped_by = *m_left_by;
  }
  begin_more();
  if (is_over()) {
    m_parts.loop.stop();
  }
}

void BatchRun::conclude(std::size_t number, const JobClaim& claim, const JobOutcome& outcome)
{
  const auto state = state_of(outcome);
  auto& result = m_outcome.items[number];
  result.standing = standing_of(state);
  const auto line = line_of(line_at_end(m_parts.record.item(claim), outcome));
  m_parts.record.finish(claim, outcome);
  if (state == JobState::cancelled) {
    return;
  }
  if (m_voice.options.events) {
    EventLines(m_voice.out, claim.id).item_ended(line);
  }
  std::ranges::transform(outcome.images, std::back_inserter(result.images), &SavedImage::path);
  result.failure = outcome.failure;
  if (state == JobState::done) {
    ++m_done;
    return;
  }
  ++m_failed;
  m_outcome.last_failure = outcome.failure->failure_class;
  m_voice.terminal.write(LogLevel::info, fmt::format("item {}: {}: {}", claim.id,
                                                     to_string(outcome.failure->failure_class),
                                                     outcome.failure->message));
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
    m_parts.loop.stop();
  }
  if (signal != StopSignal::interrupt) {
    leave(signal);
    return;
  }
  ++m_interrupts;
  if (m_interrupts > 1) {
    m_grace.cancel();
    m_parts.engine.cancel(JobsToCancel::all);
    return;
  }
  m_parts.engine.cancel(JobsToCancel::waiting);
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
  m_grace = m_parts.loop.after(grace, [this] { m_parts.engine.cancel(JobsToCancel::all); });
}

void BatchRun::leave(StopSignal signal)
{
  m_left_by = signal;
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
  m_outcome.elapsed = std::chrono::duration_cast<milliseconds>(m_parts.loop.now() - m_begin);
  m_outcome.ended = m_ended.value_or(Ended::all_begun);
  m_outcome.record_failure = m_parts.record.failure();
  return std::move(m_outcome);
}

std::string BatchRun::progress() const
{
  const auto elapsed = std::chrono::duration<double>(m_parts.loop.now() - m_begin).count();
  constexpr double minute = 60;
  const auto ended = static_cast<double>(m_done + m_failed);
  const auto all = static_cast<double>(m_tasks.size());
  // A few say little of the rest.
  const auto rest =
    ended >= k_enough && ended < all ? fmt::format(
      " · about {} left",
      rest_text(milliseconds(static_cast<std::int64_t>(1000 * elapsed / ended * (all - ended)))))
                                     : "";
  const bool is_wide = terminal_columns(STDERR_FILENO).value_or(0) >= k_wide;
  return fmt::format(
    "{}{} of {} done · {} in flight · {} failed · {:.0f} images/min · {:.0f} s{} · {}",
    is_wide ? bar(ended / std::max(all, 1.0), k_bar) + " " : "", m_done, m_tasks.size(),
    m_in_flight.size(), m_failed, elapsed > 0 ? m_images * minute / elapsed : 0.0, elapsed, rest,
    cost_text(m_outcome.cost));
}

void BatchRun::show_progress()
{
  if (!m_voice.terminal.shows_progress()) {
    return;
  }
  m_voice.terminal.progress(progress(), Cut::middle);
  m_tick = m_parts.loop.after(k_tick, [this] { show_progress(); });
}

} // namespace limn
