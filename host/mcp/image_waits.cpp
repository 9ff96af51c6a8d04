#include "mcp/image_call.hpp"
#include "mcp/job_answer.hpp"
#include "mcp/patience.hpp"
#include "mcp/tool_descriptions.hpp"
#include "work/work_desk.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_between_progress{5};

// A client that takes tasks is not held up.
constexpr std::chrono::seconds k_until_task{2};

} // namespace

// The first time it is called counts.
void ImageTools::set_deadline(ToolCallId id)
{
  auto& call = *find(id);
  if (std::exchange(call.has_deadline, true)) {
    return;
  }
  const auto& client = call.call.client;
  const auto patience = client.takes_tasks && call.call.tool == k_generate_tool
                          ? k_until_task
                          : call.wait.value_or(patience_with(client, call.call.wants_progress,
                                                             m_session.settings().mcp.wait));
  call.deadline = m_session.loop().after(patience, [this, id] { give_back(id); });
}

void ImageTools::wait_for(ToolCallId id, std::string job)
{
  auto& call = *find(id);
  call.job.reset();
  set_deadline(id);
  call.waiting =
    m_desk.wait(std::move(job), [this, id](Result<KeptJob> kept) { heard(id, std::move(kept)); });
  if (call.progress) {
    call.telling = m_session.loop().after(k_between_progress, [this, id] { tell_progress(id); });
  }
}

void ImageTools::heard(ToolCallId id, Result<KeptJob> job)
{
  auto* const call = find(id);
  if (call == nullptr) {
    return;
  }
  if (!job) {
    const auto& failure = job.error();
    const bool is_known_unsent = failure.failure_class == FailureClass::usage
                                 || failure.failure_class == FailureClass::cancelled;
    reply(id, is_known_unsent ? answer_of(failure) : unseen_answer(call->job_id, failure));
    return;
  }
  if (!is_told_of(call->call.client, *job)) {
    reply(id, answer_of(no_such_job(job->id)));
    return;
  }
  // Nobody drew it, and this call still wants it: on its own terms.
  if (job->state == JobState::cancelled && call->as == PutAs::joined) {
    call->waiting = {};
    generate(id);
    return;
  }
  if (is_final(job->state)) {
    reply_with_previews(id, *job);
    return;
  }
  const bool is_due = call->is_due;
  const bool is_news = !call->job || doing(*call->job) != doing(*job);
  call->job = std::move(*job);
  if (is_news && !doing(*call->job).empty()) {
    tell_progress(id);
  }
  if (is_due) {
    give_back(id);
  }
}

// The time that the caller waits is over: the work goes on.
void ImageTools::give_back(ToolCallId id)
{
  auto& call = *find(id);
  if (!call.job) { // it is put, or looked at for the first time: that ends within seconds
    call.is_due = true;
    return;
  }
  if (call.call.client.takes_tasks && call.call.tool == k_generate_tool) {
    if (call.is_preview_wanted) {
      m_tasks_with_previews.insert(call.job_id);
    }
    reply(id, task_of(*call.job));
  } else {
    reply(id, answer_of(*call.job, call.as));
  }
}

void ImageTools::tell_progress(ToolCallId id)
{
  auto& call = *find(id);
  if (!call.progress) {
    return;
  }
  const auto& loop = m_session.loop();
  const auto elapsed = std::chrono::duration<double>(loop.now() - call.begin).count();
  if (elapsed > call.told_until) {
    call.told_until = elapsed;
    std::optional<double> usual;
    if (call.job && usual_time(*call.job).count() > 0) {
      usual = std::max(elapsed, std::chrono::duration<double>(usual_time(*call.job)).count());
    }
    call.progress(elapsed, usual, call.job ? doing(*call.job) : std::string());
  }
  call.telling = m_session.loop().after(k_between_progress, [this, id] { tell_progress(id); });
}

// What has not been paid for ends with the last of those who asked for it.
void ImageTools::cancel(ToolCallId id)
{
  const auto call = m_calls.extract(id);
  if (!call.empty() && call.mapped()->call.tool == k_generate_tool
      && !call.mapped()->job_id.empty()) {
    m_desk.end(call.mapped()->job_id, [](const Result<KeptJob>&) {});
  }
}

void ImageTools::job(ToolCallId id)
{
  auto& call = *find(id);
  const auto arguments = read_job_arguments(call.call.arguments);
  if (!arguments) {
    reply(id, answer_of(arguments.error()));
    return;
  }
  call.is_preview_wanted = arguments->preview;
  call.wait = arguments->wait;
  call.job_id = arguments->job_id;
  wait_for(id, arguments->job_id);
}

} // namespace limn
