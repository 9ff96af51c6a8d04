#include "mcp/image_call.hpp"
#include "mcp/job_answer.hpp"

#include <utility>

namespace limn {

namespace {

constexpr std::chrono::hours k_task_kept{24 * 30};
constexpr std::chrono::seconds k_task_poll{5};

std::chrono::sys_time<std::chrono::milliseconds> in_milliseconds(KeptJob::Time time)
{
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

ToolResult answer_with(SmallPictures::Made made, const KeptJob& job, PutAs as)
{
  auto result = answer_of(job, as, made.problem);
  result.previews = std::move(made.jpegs);
  return result;
}

} // namespace

ToolTask task_of(const KeptJob& job)
{
  ToolTask task;
  task.id = job.id;
  task.created = in_milliseconds(job.asked);
  task.changed = in_milliseconds(job.changed);
  task.kept_for = k_task_kept;
  task.poll_after = k_task_poll;
  task.message = doing(job);
  if (!is_final(job.state)) {
    return task;
  }
  // What failed is a result, too: the tool's own.
  task.state =
    job.state == JobState::cancelled ? ToolTask::State::cancelled : ToolTask::State::completed;
  task.result = answer_of(job, PutAs::begun);
  return task;
}

// The job is over: the time that the caller waits is, too.
void ImageTools::reply_with_previews(ToolCallId id, const KeptJob& job)
{
  auto& call = *find(id);
  auto files = files_of(job);
  if (!call.is_preview_wanted || job.state != JobState::done || files.empty()) {
    reply(id, answer_of(job, call.as));
    return;
  }
  call.deadline.cancel();
  call.previews = std::make_unique<SmallPictures>(
    m_session.loop(), std::move(files), [this, id, job](SmallPictures::Made made) {
      reply(id, answer_with(std::move(made), job, find(id)->as));
    });
}

void ImageTools::task(const McpClient& client, const std::string& id,
                      std::function<void(std::optional<ToolTask>)> told)
{
  m_desk.look(id, [this, client, told = std::move(told)](const Result<KeptJob>& job) {
    if (!job || !is_told_of(client, *job)) {
      told(std::nullopt);
      return;
    }
    if (job->state == JobState::queued && !job->is_owned) { // its worker was killed
      m_desk.go_on(job->id);
    }
    auto files = files_of(*job);
    if (job->state != JobState::done || files.empty()
        || m_tasks_with_previews.count(job->id) == 0) {
      told(task_of(*job));
      return;
    }
    const auto number = ++m_last_id;
    m_task_previews[number] =
      std::make_unique<SmallPictures>(m_session.loop(), std::move(files),
                                      [this, number, told, kept = *job](SmallPictures::Made made) {
                                        const auto ended = m_task_previews.extract(number);
                                        auto task = task_of(kept);
                                        task.result =
                                          answer_with(std::move(made), kept, PutAs::begun);
                                        told(std::move(task));
                                      });
  });
}

} // namespace limn
