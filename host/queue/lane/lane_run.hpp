#pragma once

#include "engine/attempt_run.hpp"
#include "engine/chronicle.hpp"
#include "engine/engine_host.hpp"
#include "loop/disk_thread.hpp"
#include "queue/lane/lane_plan.hpp"
#include "queue/lane/lane_replay.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace limn {

// One job of a batch, from its line to its images. On the loop.
class LaneRun
{
public:
  // `done` is called once, from the loop, and may destroy this object. Host, wire, disk and file
  // are borrowed, and so is `chronicle`; null: no history is kept.
  LaneRun(EngineHost& host, HttpClient& wire, DiskThread& disk, Chronicle* chronicle,
          const LaneFile& file, LaneLine line, LanePlan plan, std::unique_ptr<ImageSink> sink,
          std::function<void(JobOutcome)> done);
  LaneRun(const LaneRun&) = delete;
  LaneRun& operator=(const LaneRun&) = delete;

  void start();

  const LaneLine& line() const { return m_line; }

private:
  void note_sent();
  void note_ended(const Attempt& attempt, std::size_t images);
  void ended(AttemptResult result);
  Cost cost_of(const AttemptResult& result) const;

  std::shared_ptr<const void> m_ground; // what settings and provider belong to
  const Settings& m_settings;
  HttpClient& m_wire;
  DiskThread& m_disk;
  Chronicle* m_chronicle;
  PastAttempt m_past;
  LaneLine m_line;
  LanePlan m_plan;
  std::unique_ptr<ImageSink> m_sink;
  std::function<void(JobOutcome)> m_done;
  LaneReplay m_replay;
  Result<Provider*> m_provider;
  std::unique_ptr<AttemptRun> m_run;
  Loop::Clock::time_point m_begin;
};

} // namespace limn
