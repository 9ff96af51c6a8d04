#pragma once

#include "base/result.hpp"
#include "memory/job_budget.hpp"
#include "memory/job_lock.hpp"
#include "memory/sqlite.hpp"
#include "model/cost.hpp"
#include "model/image.hpp"
#include "model/job_state.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

// A job of a caller who may go away.
struct KeptJob {
  using Time = std::chrono::system_clock::time_point;

  std::string id;
  std::string door; // "mcp", ...
  JobState state = JobState::queued;
  std::int64_t fence = 0; // rises with each claim: who has an older one has lost it
  Time asked;             // when it was put
  Time changed;           // of its state
  std::string order;      // what was asked for, as its door reads it; until it is over
  Cost estimate;          // beforehand
  Cost cost;              // once it is over
  bool is_to_end = false; // none of those who asked for it wants it any more
  bool is_owned = false;  // a process that lives works on it, as far as can be seen
  std::string worker;     // the process that claimed it last (process_mark.hpp)
  int wanted = 1;         // images
  std::string progress;   // a sentence; may be empty
  std::string report;     // once it is over: what is told of it, as its door has it
  std::vector<std::filesystem::path> images; // that have their names
};

// Which equal jobs of before are the answer to a request that does not name one.
enum class EqualJobs {
  answer,       // the last one: who asks twice means one picture
  if_unheard,   // one whose answer reached nobody, and that nobody waits for: else twins are meant
  of_a_repeat,  // such a one; else the last one: the caller says that it asks again
  never_answer, // none: a caller's own name says all
};

// Doors whose names are alike up to it are of one family: "mcp", "mcp:0123456789ab".
inline constexpr char k_family_end = ':';

// What a caller asks for.
struct JobRequest {
  std::string door;
  std::string
    fingerprint; // of all that decides which picture this is: equal requests have equal ones
  std::string request_id; // the caller's own name for it; empty: it has none
  std::string order;
  int images = 1; // wanted
  Cost estimate;
  bool is_to_be_drawn_anew = false;       // whatever is there already
  std::chrono::seconds replayed_for{600}; // how long what was drawn answers an equal request
  EqualJobs equal_jobs = EqualJobs::answer;
  std::chrono::seconds unheard_for{3600}; // the same of what has not reached anybody
  // How long `request_id` stands for what is over, but for what is unknown; nothing: for ever.
  std::optional<std::chrono::seconds> named_for;
  // Its caller waits for it in this process, until hears() or leaves().
  bool is_listened_to = false;
  std::string account; // for whom, among those that the door tells apart; may be empty
  std::vector<CostLimit> limits;
  int most_under_way = 64; // of its account: nobody draws so much at once by meaning to
};

enum class PutAs {
  begun,    // it is new
  joined,   // an equal one is under way, or nobody knows what became of it
  replayed, // an equal one has ended
};

struct PutJob {
  KeptJob job;
  PutAs as = PutAs::begun;
};

// Who works on a job.
struct JobFence {
  std::string id;
  std::int64_t number = 0;
};

// jobs.db: the jobs of doors whose callers may go away, for several processes at once. It is money:
// what may be charged is on the disk before anything is sent. Each job that somebody works on has a
// file beside it that is locked meanwhile (`JobLock`): the kernel frees it with its process. A job
// that was `sent` and whose file is free becomes `unknown` when it is looked at (`done`, where all
// its images have their names), one that was `claimed` is `queued` again, and one that nobody has
// begun within a minute is `cancelled`. For one thread. Failures are as Sqlite has them, with what
// to do.
class JobsDatabase
{
public:
  // In that folder, which is made if needed.
  static Result<JobsDatabase> open(const std::filesystem::path& folder,
                                   std::chrono::milliseconds patience);

  // Decides in one transaction whether it is begun, or another one is the answer: the one that
  // `request_id` stands for, however old (FailureClass::usage if it asked for something else);
  // else, unless it is to be drawn anew, the last equal one that is under way, unknown, or brought
  // images within `replayed_for`; `equal_jobs` says which. What was refused or cancelled without an
  // image answers nothing,
  // nor does, by its name and to be drawn anew, what is unknown. FailureClass::billing if one of
  // the limits does not allow a new one, rate_limited where too many are under way.
  Result<PutJob> put(const JobRequest& request);

  // What was asked for has cost, or may, by account.
  Result<std::map<std::string, AccountSpending>> spending();

  // The other one that would be the answer now; nothing if a new one would be begun.
  Result<std::optional<PutJob>> equal(const JobRequest& request);

  // How it stands now; nothing if there is none of that id.
  Result<std::optional<KeptJob>> job(std::string_view id);

  // Those that are not over, the oldest first.
  Result<std::vector<KeptJob>> under_way();

  // One of its callers does not want it any more. With the last one it ends, unless it is over or
  // something of it may be charged: whoever asks for it again gets what was paid for. `may_spend`
  // refuses it from then on.
  Done end(std::string_view id);

  // How it ended reached who asked for it.
  Done hears(std::string_view id);

  // Nobody in this process waits for it any more.
  Done leaves(std::string_view id);

  // It could not be begun: it is `cancelled`, whoever wants it, unless somebody works on it or has.
  Done give_up(std::string_view id);

  // Takes out what is over, but for what may have been paid for and did not come: an equal request
  // is begun anew then. Returns how many jobs.
  Result<std::size_t> forget_before(KeptJob::Time time);

  // --- For whoever holds its lock ---

  // The right to work on it; nothing if it is over, or not wanted any more (it is `cancelled`
  // then).
  Result<std::optional<KeptJob>> claim(std::string_view id);

  // It is `sent` now, on the disk. FailureClass::cancelled if it is not wanted any more, not_saved
  // if another process has it by now.
  Done may_spend(const JobFence& fence);

  // Nothing is under way any more that may be charged.
  Done settled(const JobFence& fence);

  Done tell_progress(const JobFence& fence, std::string_view sentence);

  // It is over, for all processes at once; a power cut before `sync` makes it `unknown` again.
  // `images`: those that its lock names, too.
  Done finish(const JobFence& fence, JobState state, Cost cost, std::string_view report,
              const std::vector<NamedImage>& images);

  // All that was written is on the disk. Now and then what is old goes, too: nobody waits for this.
  Done sync();

  // --- For whoever has several things to do at once ---

  enum class OnDisk { soon, at_once };

  // Does each of them, all in one transaction, and each of them or nothing of it: what may_spend
  // and sync have on the disk is there only with `at_once`. Returns what became of each; where the
  // whole could not be written, that of all.
  std::vector<Done> together(OnDisk on_disk, const std::vector<std::function<Done()>>& works);

private:
  JobsDatabase(Sqlite database, std::filesystem::path folder)
    : m_database(std::move(database)), m_folder(std::move(folder))
  {
  }

  template <typename Body>
  auto transaction(Body body) -> decltype(body());

  // --- Which earlier job answers a request (jobs_requests.cpp) ---
  Result<std::optional<PutJob>> find_named(const JobRequest& request);
  Result<std::optional<PutJob>> find_equal(const JobRequest& request);
  Result<std::optional<PutJob>> find_twin(const JobRequest& request);
  Done name(const JobRequest& request, std::string_view job);
  Done listen(const JobRequest& request, std::string_view job);
  Done check_room(const JobRequest& request);

  // --- What becomes of one that nobody works on, and of what is old (jobs_upkeep.cpp) ---
  bool needs_to_be_set_right(KeptJob& job) const;
  Done set_right(KeptJob& job);
  Done set_state(KeptJob& job, JobState state);
  Result<std::vector<std::filesystem::path>> images_of(const KeptJob& job);
  Done keep_images(std::string_view id, const std::vector<NamedImage>& images);
  Result<std::size_t> forget(KeptJob::Time over, KeptJob::Time unknown, std::int64_t most);
  Done forget_old();

  // --- For whoever holds its lock (jobs_claims.cpp) ---
  Done change(std::string_view sql, const JobFence& fence);
  template <typename Body>
  auto durably(Body body) -> decltype(body());

  Result<std::optional<KeptJob>> read(std::string_view where, std::string_view first,
                                      std::string_view second = {});
  Result<std::optional<KeptJob>> find(std::string_view where, std::string_view first,
                                      std::string_view second = {});

  Sqlite m_database;
  std::filesystem::path m_folder;
  std::vector<std::string> m_over; // whose files go once the transaction is written
  bool m_has_unsynced_end = false;
  std::chrono::steady_clock::time_point m_next_forgetting;
};

// --- Inline implementations ---

// As Sqlite::transaction has it. The file of a job tells what its row may not tell yet: it stays
// until the row does.
template <typename Body>
auto JobsDatabase::transaction(Body body) -> decltype(body())
{
  const auto before = m_over.size();
  auto result = m_database.transaction(body);
  if (!result) {
    m_over.resize(before);
  }
  if (!m_database.is_in_transaction()) {
    for (const auto& id : std::exchange(m_over, {})) {
      std::error_code ignored;
      std::filesystem::remove(job_lock_file(m_folder, id), ignored);
    }
  }
  return result;
}

// The code of the failure where a request_id stands for another picture.
inline constexpr std::string_view k_request_id_reused = "request_id_reused";

std::filesystem::path jobs_file(const std::filesystem::path& folder);

} // namespace limn
