#include "work/work_observer.hpp"

#include "base/json_writer.hpp"
#include "job/paths.hpp"
#include "job/step_text.hpp"
#include "memory/history.hpp"
#include "work/previews.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

// What is over by then has nothing to tell on its way.
constexpr std::chrono::milliseconds k_silence{700};

} // namespace

WorkObserver::WorkObserver(Loop& loop, Engine& engine, KeptJobs& kept, ClaimedJob& job,
                           const Job& asked, std::function<void()> ended)
  : m_loop(loop), m_engine(engine), m_kept(kept), m_job(job), m_quality(asked.quality),
    m_is_one_of_several(asked.count > 1), m_ended(std::move(ended))
{
  m_first = m_loop.after(k_silence, [this] {
    m_is_telling = true;
    if (!m_told.empty()) {
      m_kept.tell_progress(m_told);
    }
    if (m_started) {
      tell_usual(*m_started);
    }
  });
}

void WorkObserver::verifying(const Gateway& gateway)
{
  tell(verifying_text(gateway));
}

void WorkObserver::attempt_started(const Attempt& attempt)
{
  m_started = attempt;
  tell(started_text(attempt));
  if (m_is_telling) {
    tell_usual(attempt);
  }
}

void WorkObserver::attempt_ended(const Attempt& attempt)
{
  m_started.reset();
  if (attempt.failure) {
    ++m_failed;
    tell(fmt::format("{}: {}", attempt.gateway, to_string(attempt.failure->failure_class)));
  }
}

// To open the history takes longer than many a picture's whole way here.
void WorkObserver::tell_usual(const Attempt& attempt)
{
  m_engine.usual_time(
    attempt, m_quality,
    [this, text = started_text(attempt), alive = std::weak_ptr(m_alive)](const UsualTime& usual) {
      if (!alive.expired() && !m_outcome && usual.count > 0) {
        tell(text, usual.median);
      }
    });
}

void WorkObserver::preview(int image_number, int index, const ByteSource& picture)
{
  keep_preview(state_folder(), m_kept.claim().id, image_number, index, picture);
  m_kept.wake();
}

void WorkObserver::image_saved(const SavedImage& image)
{
  m_job.image_saved(image);
  if (m_is_one_of_several) { // who waits for one is told of the end
    m_kept.wake();
  }
}

// Whoever reads it may follow what it says: no words of a gateway.
void WorkObserver::waiting(std::chrono::milliseconds time, const std::string& /*why*/)
{
  tell(fmt::format("waiting {} s for a limit of a gateway", (time.count() + 999) / 1000));
}

void WorkObserver::noticed(const std::string& /*text*/) {}

void WorkObserver::finished(JobOutcome outcome)
{
  m_first.cancel();
  m_outcome = std::move(outcome);
  m_ended();
}

void WorkObserver::tell(std::string_view what, std::chrono::milliseconds usual)
{
  JsonWriter json;
  json.begin_object();
  json.member("message", what);
  if (usual.count() > 0) {
    json.member("usual_ms", static_cast<std::int64_t>(usual.count()));
  }
  if (m_failed > 0) {
    json.member("attempt", std::int64_t{m_failed} + 1);
  }
  json.end_object();
  m_told = json.str();
  if (m_is_telling) {
    m_kept.tell_progress(m_told);
  }
}

} // namespace limn
