#pragma once

#include "base/redaction.hpp"
#include "engine/jobs.hpp"
#include "loop/loop.hpp"
#include "memory/rate_record.hpp"
#include "queue/postgres/line.hpp"
#include "queue/queue_claim.hpp"
#include "queue/queue_rates.hpp"
#include "queue/witnessed.hpp"
#include "queue/work_journal.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// What may go better on another machine, or later, and is not the job's own fault.
bool may_go_elsewhere(FailureClass failure_class);

// How a claim ended.
enum class QueueEnd {
  kept,     // the job is over, and the queue knows
  returned, // nothing was drawn, and it is for somebody else
  lost,     // it was somebody else's by then, or the queue could not be told
};

// The jobs of a queue that this process has claimed. Whatever is written carries the fence of its
// claim, so that nobody writes who has lost it. A request is announced in one transaction with its
// tokens and its money, and on the disk of this machine, before its first byte; one whose
// announcement is not known to be kept by both is not sent, and its job goes back.
class QueueJobs : public Jobs
{
public:
  // The report of a job that is over, for its row. It passes the redactor.
  using Report = std::function<std::string(const JobOutcome&)>;

  struct Ended {
    QueueEnd how = QueueEnd::lost;
    JobState state = JobState::unknown; // where it is kept
    std::string why;                    // of one that is not; may be empty
    bool is_out_of_money = false;       // the limit of the queue was reached
  };

  // Line, rates, journal and redactor are borrowed. `over` is called from the loop, once for each
  // claim.
  QueueJobs(Loop& loop, PgLine& line, const QueueRates& rates, WorkJournal& journal,
            const Redactor& redactor, std::string worker, Report report,
            std::function<void(const std::string& job, const Ended&)> over);

  // `images` are wanted. `estimate`: what it costs at most; nothing: nobody knows.
  JobClaim take(const QueueClaim& claim, int images, std::optional<NanoUsd> estimate);

  // Of one that is not over; nothing: there is none.
  std::optional<int> fence_of(const std::string& job) const;

  // What certainly drew nothing, and may go better elsewhere: finish() gives it back.
  bool goes_back(const std::string& job, const JobOutcome& outcome) const;

  // Nothing of it was announced yet, or nothing is open any more.
  bool is_sent(const std::string& job) const;
  std::vector<std::int64_t> ids() const;

  // The queue does not say of a job that is sent that it is this worker's: where it has lost that,
  // it is told again.
  void insist(const std::string& job);

  // What ended some time ago the queue will not lose any more. Now and then.
  void forget_ends();

  void may_spend(const JobClaim& claim, const Attempt& attempt,
                 std::function<void(Done)> answer) override;
  void settled(const JobClaim& claim, const Attempt& attempt, JobState state) override;
  void naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode) override;
  void image_saved(const JobClaim&, const SavedImage&) override {} // naming() counted it
  void finish(const JobClaim& claim, const JobOutcome& outcome) override;

private:
  struct Held {
    std::int64_t id = 0;
    int fence = 0;
    std::optional<NanoUsd> estimate;
    WitnessedJob announced; // what was last
    int images = 0;
    bool is_sent = false;
    bool is_withheld = false; // a request was not sent, since it was not announced
    bool is_out_of_money = false;
    Loop::Clock::time_point give_up; // once it has ended
    Timer again;
  };

  // A request whose announcement is on its way to both.
  struct Announcement {
    WitnessedJob job;
    std::chrono::milliseconds since;
    std::function<void(Done)> answer;
    std::optional<Done> noted;         // on this machine
    std::optional<Result<PgRows>> row; // in the queue
  };
  using SharedAnnouncement = std::shared_ptr<Announcement>;
  // The statement for a job that ended, and what it is where it is not given back.
  struct Ending {
    PgStatement statement;
    std::optional<QueuedEnd> end;
    Ended told;
    bool is_insisting = false; // the queue knew nothing of its announcement
  };
  using SharedEnding = std::shared_ptr<Ending>;

  // An end that the queue was told, and may lose.
  struct ToldEnd {
    Loop::Clock::time_point at;
    WitnessedJob job;
    QueuedEnd end;
  };

  // On a new connection, which may be to a standby that took over and has lost something.
  void tell_again();
  SharedAnnouncement announce(const JobClaim& claim, const Attempt& attempt,
                              std::function<void(Done)> answer);
  void announced(const JobClaim& claim, Announcement& announcement);
  Failure withhold(Held& held, const Announcement& announcement) const;
  PgStatement release_statement(const Held& held, const JobOutcome& outcome) const;
  QueuedEnd queued_end(const JobOutcome& outcome) const;
  PgStatement end_statement(const Held& held, const QueuedEnd& end) const;
  void write_end(const std::string& job, const SharedEnding& ending);
  void end_written(const std::string& job, const SharedEnding& ending, const Result<PgRows>& rows);

  Loop& m_loop;
  PgLine& m_line;
  const QueueRates& m_rates;
  WorkJournal& m_journal;
  const Redactor& m_redactor;
  std::string m_worker;
  Report m_report;
  std::function<void(const std::string&, const Ended&)> m_over;
  std::map<std::string, Held> m_held; // by id
  std::deque<ToldEnd> m_told;         // lately; they are in the journal
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
