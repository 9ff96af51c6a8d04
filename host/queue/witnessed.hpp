#pragma once

#include "batch/journal.hpp"
#include "model/cost.hpp"
#include "model/job_state.hpp"
#include "queue/postgres/statement.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// How a job of a queue ended, as its row has it. All texts have passed the redactor.
struct QueuedEnd {
  JobState state = JobState::unknown;
  std::int64_t images = 0;
  Cost cost;
  std::string failure_class; // these two: empty: none
  std::string failure;
  std::string report; // JSON; empty: none
};

// A request that was announced, as the machine of its worker wrote it down.
struct WitnessedJob {
  std::int64_t id = 0;
  std::string fingerprint; // by which a database knows the job that numbers its jobs otherwise
  std::string worker;
  int fence = 0;
  std::uint64_t attempt = 0;
  std::string gateway;
  std::string provider;
  std::string model;
  int wanted = 1; // images
  std::optional<NanoUsd> estimate;
  bool is_open = false;          // it was to be asked for, and that had no end yet
  bool is_sent = false;          // both witnesses had it, and it could go out
  std::vector<NamedFile> naming; // images that were about to get their names
  std::optional<QueuedEnd> end;
};

// Tells the queue, which answers p_verdict and p_now, its fence from now on. The state `sent`: it
// is under way.
PgStatement witness_statement(const WitnessedJob& job, const QueuedEnd& end);

// How one ended whose worker is gone, by the images that are there; nothing where nothing was asked
// for that had no end. Looks at files.
std::optional<QueuedEnd> end_without_worker(const WitnessedJob& job);

// The jobs of a journal (WorkJournal) whose worker is gone. Lines that were cut are passed over.
// What stands there as announced and no more went nowhere, unless the machine was started anew
// since: then the line behind it may be lost.
std::vector<WitnessedJob> read_work_journal(const std::filesystem::path& file);

} // namespace limn
