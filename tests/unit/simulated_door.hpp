#pragma once

#include "engine/engine.hpp"
#include "output/folder_sink.hpp"
#include "simulated_world.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace limn::test {

// One job of a process: hears of it, and lets it spend, at once, at the loop's next turn, later,
// never, or not at all. Of a batch, with the batch itself behind it.
class SimulatedDoor : public JobListener, public MoneyGate
{
public:
  // Everything is borrowed. `synced` is called when the journal and the manifest are on the disk.
  SimulatedDoor(World& world, Loop& loop, WantedJob& job, std::function<void()> synced);

  // Its job is of a batch, which hears what this hears, and keeps the record.
  void stands_before(JobListener& listener, MoneyGate& gate)
  {
    m_batch.emplace(Batch{listener, gate});
  }

  const WantedJob& job() const { return m_job; }
  bool is_over() const { return m_is_over; }
  bool has_attempt() const { return m_attempts > 0; }
  // As Naming; `then` is the batch's, and may be empty.
  void naming(const SavedImage& image, std::uint64_t inode, const Naming& then);

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override;
  void settled(const Attempt& attempt) override;

private:
  struct Batch {
    JobListener& listener;
    MoneyGate& gate;
  };

  void say(const Attempt& attempt, const std::function<void(Done)>& answer);
  void judge(const JobOutcome& outcome);
  void judge(const Attempt& attempt);

  World& m_world;
  Loop& m_loop;
  WantedJob& m_job;
  std::function<void()> m_synced;
  std::optional<Batch> m_batch;
  std::set<AttemptId> m_open; // that asked and are not settled
  std::vector<Timer> m_later; // answers
  std::vector<std::filesystem::path> m_saved;
  int m_attempts = 0; // under way
  bool m_is_over = false;
};

} // namespace limn::test
