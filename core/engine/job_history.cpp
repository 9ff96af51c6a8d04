#include "engine/job_run.hpp"

#include <unistd.h>

// JobRun, what of it the history is told.
namespace limn {

// Before it is sent: what was killed meanwhile is known to have been asked for. Nobody waits for
// it; what has to be on the disk before money is spent, the gate keeps.
void JobRun::note_sent()
{
  auto& past = std::get<Attempting>(m_phase).past;
  if (m_parts.chronicle == nullptr || past) {
    return;
  }
  past.emplace();
  past->id = history_id();
  past->time = std::chrono::system_clock::now();
  past->process = ::getpid();
  past->door = m_door;
  past->prompt = m_job.prompt;
  past->parameters = to_json(PastParameters::of(job_as_asked()));
  past->gateway = m_current.gateway;
  past->provider = m_current.provider;
  past->model = m_current.model;
  past->size = m_current.size;
  past->quality = m_current.quality;
  past->may_have_cost = true;
  past->cost.basis = Cost::Basis::unknown;
  m_parts.chronicle->note(*past);
}

void JobRun::note_ended(PastAttempt past, const AttemptResult& result)
{
  past.state = PastAttempt::State::ended;
  if (m_current.failure) {
    past.failure_class = to_string(m_current.failure->failure_class);
    past.message = m_current.failure->message;
  }
  past.http_status = m_current.http_status;
  past.request_id = m_current.request_id;
  past.elapsed = m_current.elapsed;
  past.images = static_cast<int>(result.images.size());
  past.may_have_cost = m_current.may_have_cost;
  past.cost = m_current.cost;
  m_parts.chronicle->note(std::move(past));
}

// Nobody hears of an image that the history does not know.
NoteImage JobRun::note_image()
{
  auto* const chronicle = m_parts.chronicle;
  if (chronicle == nullptr) {
    return {};
  }
  return [this, chronicle](const SavedImage& image, std::function<void()> noted) {
    const auto* attempting = std::get_if<Attempting>(&m_phase);
    if (attempting != nullptr && attempting->past) {
      chronicle->note(
        PastImage{history_id(), attempting->past->id, std::chrono::system_clock::now(), image});
    }
    chronicle->when_noted(std::move(noted));
  };
}

} // namespace limn
