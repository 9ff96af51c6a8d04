#include "simulated_door.hpp"

#include <algorithm>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

int plain(AttemptId id)
{
  return static_cast<int>(id);
}

// Without the names of kept files, which tell the time of day.
std::string without_names(std::string text, const std::filesystem::path& folder)
{
  const auto prefix = folder.string() + '/';
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    const auto end = std::min(text.find_first_of(" ;", at), text.size());
    text.replace(at, end - at, "recovered");
  }
  return text;
}

} // namespace

SimulatedDoor::SimulatedDoor(World& world, Loop& loop, WantedJob& job, std::function<void()> synced)
  : m_world(world), m_loop(loop), m_job(job), m_synced(std::move(synced))
{
}

void SimulatedDoor::verifying(const Gateway& gateway)
{
  m_world.story.tell("job {}: asks {} for its models", m_job.number, gateway.name);
  if (m_batch) {
    m_batch->listener.verifying(gateway);
  }
}

void SimulatedDoor::attempt_started(const Attempt& attempt)
{
  ++m_attempts;
  m_world.story.tell("job {}: attempt {} at {} through {}, {}", m_job.number, plain(attempt.id),
                     attempt.gateway, attempt.provider, attempt.size);
  if (m_batch) {
    m_batch->listener.attempt_started(attempt);
  }
}

void SimulatedDoor::attempt_ended(const Attempt& attempt)
{
  m_attempts -= attempt.id == AttemptId::none ? 0 : 1;
  m_world.story.tell("job {}: attempt {} ended: {}{}", m_job.number, plain(attempt.id),
                     attempt.failure ? to_string(attempt.failure->failure_class) : "delivered",
                     attempt.may_have_cost ? ", may have cost" : "");
  if (m_batch) {
    m_batch->listener.attempt_ended(attempt);
  }
  m_world.fate.step();
}

void SimulatedDoor::naming(const SavedImage& image, std::uint64_t inode, const Naming& then)
{
  m_world.fate.step();
  if (then) {
    then(image, inode);
  }
  if (m_world.one_in(32) && !m_world.fate.is_dead()) { // somebody is faster
    m_world.story.tell("job {}: {} is taken", m_job.number, image.path.filename().string());
    m_world.write_foreign(image.path);
  }
  m_world.fate.step();
}

void SimulatedDoor::image_saved(const SavedImage& image)
{
  m_world.fate.step();
  m_world.story.tell("job {}: {} is saved", m_job.number, image.path.filename().string());
  const auto mark = drawing_in(image.path);
  if (!mark || *mark >= static_cast<int>(m_world.drawings.size())
      || m_world.drawings[static_cast<std::size_t>(*mark)].job != m_job.number) {
    m_world.complain("job {}: {} is no image that was drawn for it", m_job.number,
                     image.path.filename().string());
  } else {
    auto& drawing = m_world.drawings[static_cast<std::size_t>(*mark)];
    if (!drawing.has_image && !drawing.is_by_address) {
      m_world.complain("job {}: drawing {} is delivered, and was none", m_job.number, *mark);
    }
    if (drawing.was_saved) {
      m_world.complain("job {}: drawing {} is delivered twice", m_job.number, *mark);
    }
    drawing.was_saved = drawing.was_saved || !m_world.fate.is_dead();
  }
  m_saved.push_back(image.path);
  if (m_batch) {
    m_batch->listener.image_saved(image);
  }
  m_world.fate.step();
}

void SimulatedDoor::waiting(milliseconds time, const std::string& why)
{
  m_world.story.tell("job {}: waits {} ms: {}", m_job.number, time.count(), why);
  if (m_batch) {
    m_batch->listener.waiting(time, why);
  }
}

void SimulatedDoor::noticed(const std::string& text)
{
  m_world.story.tell("job {}: {}", m_job.number, text);
  if (m_batch) {
    m_batch->listener.noticed(text);
  }
}

void SimulatedDoor::finished(JobOutcome outcome)
{
  m_world.story.tell("job {}: finished with {} images{}{}", m_job.number, outcome.images.size(),
                     outcome.failure ? ": " : "",
                     outcome.failure ? without_names(outcome.failure->message, m_world.recovered)
                                     : "");
  if (std::exchange(m_is_over, true)) {
    m_world.complain("job {}: finished twice", m_job.number);
  }
  if (!m_world.fate.is_dead()) {
    judge(outcome);
  }
  m_world.fate.step();
  if (m_batch) {
    m_batch->listener.finished(std::move(outcome));
    m_synced();
    m_world.fate.step();
  }
}

void SimulatedDoor::may_spend(const Attempt& attempt, std::function<void(Done)> answer)
{
  m_open.insert(attempt.id);
  m_world.fate.step();
  const auto no = [answer] { answer(fail(FailureClass::not_saved, "no space left on device")); };
  const auto yes = [this, attempt, answer] { say(attempt, answer); };
  const auto later = [&](std::function<void()> say_it) {
    m_later.push_back(m_loop.after(milliseconds(m_world.between(0, 3'000)), std::move(say_it)));
  };
  switch (m_world.between(0, 31)) {
  case 0:
    m_world.story.tell("job {}: its gate says no", m_job.number);
    no();
    return;
  case 1:
    later(no);
    return;
  case 2: // never
    return;
  case 3:
  case 4:
  case 5:
    later(yes);
    return;
  case 6:
  case 7:
    m_loop.post(yes);
    return;
  case 8: // the second answer does nothing, and may be another one
    later(m_world.one_in(2) ? std::function<void()>(no) : yes);
    [[fallthrough]];
  default:
    yes();
  }
}

// Yes, if there is a record of it.
void SimulatedDoor::say(const Attempt& attempt, const std::function<void(Done)>& answer)
{
  if (!m_open.contains(attempt.id)) {
    answer({}); // too late
    return;
  }
  Done noted;
  if (m_batch) {
    m_batch->gate.may_spend(attempt, [&noted](Done may) { noted = std::move(may); });
    m_synced();
  }
  m_world.fate.step();
  if (noted) {
    ++m_job.allowed;
    m_job.permit = attempt.id;
  }
  m_world.story.tell("job {}: its gate lets attempt {} spend", m_job.number, plain(attempt.id));
  answer(std::move(noted));
  m_job.permit.reset();
}

void SimulatedDoor::settled(const Attempt& attempt)
{
  if (m_open.erase(attempt.id) == 0) {
    m_world.complain("job {}: attempt {} is settled, and had not asked", m_job.number,
                     plain(attempt.id));
  }
  m_world.fate.step();
  if (m_batch) {
    m_batch->gate.settled(attempt);
  }
  m_world.fate.step();
}

// What is told at the end is what happened.
void SimulatedDoor::judge(const JobOutcome& outcome)
{
  if (!m_open.empty()) {
    m_world.complain("job {}: {} attempts are never settled", m_job.number, m_open.size());
  }
  if (outcome.images.size() != m_saved.size()) {
    m_world.complain("job {}: {} images are reported, and {} were saved", m_job.number,
                     outcome.images.size(), m_saved.size());
  }
  for (const auto& attempt : outcome.attempts) {
    judge(attempt);
  }
  const auto process = static_cast<int>(m_world.was_killed.size());
  for (const auto& drawing : m_world.drawings) {
    const bool is_ours = drawing.job == m_job.number && drawing.process == process;
    const auto is_told = [&drawing](const Attempt& one) { return one.id == drawing.attempt; };
    if (is_ours && std::ranges::none_of(outcome.attempts, is_told)) {
      m_world.complain("job {}: attempt {} is not reported", m_job.number, plain(drawing.attempt));
    }
  }
}

void SimulatedDoor::judge(const Attempt& attempt)
{
  const auto process = static_cast<int>(m_world.was_killed.size());
  for (std::size_t i = 0; i < m_world.drawings.size(); ++i) {
    const auto& drawing = m_world.drawings[i];
    if (drawing.process != process || drawing.attempt != attempt.id) {
      continue;
    }
    if (drawing.was_charged && !attempt.may_have_cost) {
      m_world.complain("job {}: attempt {} may have been charged ({}), and is not said to be",
                       m_job.number, plain(attempt.id), drawing.answer);
    }
    const bool is_lost = drawing.address_has_arrived && !drawing.has_arrived && attempt.failure;
    if (is_lost
        && attempt.failure->message.find(fmt::format("/drawn/{}.png", i)) == std::string::npos) {
      m_world.complain("job {}: the address of drawing {} is not told: {}", m_job.number, i,
                       without_names(attempt.failure->message, m_world.recovered));
    }
  }
}

} // namespace limn::test
