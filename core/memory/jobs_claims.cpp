#include "memory/history_entry.hpp"
#include "memory/jobs_database.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace limn {

namespace {

tl::unexpected<Failure> lost(const JobFence& fence)
{
  return fail(
    FailureClass::not_saved,
    fmt::format("another process works on {} by now: nothing more is sent from here", fence.id));
}

} // namespace

Result<std::optional<KeptJob>> JobsDatabase::claim(std::string_view id)
{
  return transaction([&]() -> Result<std::optional<KeptJob>> {
    LIMN_TRY_ASSIGN(auto job, read("WHERE id = ?", id));
    if (!job) {
      return job;
    }
    // Whoever claims has the lock: whoever had it before is gone.
    LIMN_TRY(set_right(*job));
    if (job->state != JobState::queued) {
      return std::optional<KeptJob>();
    }
    LIMN_TRY_ASSIGN(auto claimed,
                    m_database.prepare("UPDATE job SET state = 'claimed', fence = fence + 1, "
                                       "worker = ? WHERE id = ?"));
    LIMN_TRY(claimed.bind(own_process_mark()).bind(id).run());
    job->state = JobState::claimed;
    ++job->fence;
    return job;
  });
}

Done JobsDatabase::change(std::string_view sql, const JobFence& fence)
{
  LIMN_TRY_ASSIGN(auto statement, m_database.prepare(sql));
  LIMN_TRY(statement.bind(unix_milliseconds(std::chrono::system_clock::now()))
             .bind(fence.id)
             .bind(fence.number)
             .run());
  return m_database.changes() == 1 ? Done() : lost(fence);
}

// `body` returns a Done.
template <typename Body>
auto JobsDatabase::durably(Body body) -> decltype(body())
{
  if (m_database.is_in_transaction()) { // whoever began it says how it is written
    return body();
  }
  LIMN_TRY(m_database.run("PRAGMA synchronous = FULL"));
  auto written = body();
  static_cast<void>(m_database.run("PRAGMA synchronous = NORMAL"));
  return written;
}

Done JobsDatabase::may_spend(const JobFence& fence)
{
  return durably([&] {
    return transaction([&]() -> Done {
      LIMN_TRY_ASSIGN(auto row, m_database.prepare("SELECT is_to_end FROM job WHERE id = ?"));
      LIMN_TRY_ASSIGN(const bool is_there, row.bind(fence.id).step());
      const bool is_to_end = is_there && row.number(0) != 0;
      row.reset();
      if (is_to_end) {
        return fail(FailureClass::cancelled, "whoever asked for it does not want it any more");
      }
      return change("UPDATE job SET state = 'sent', changed = ? WHERE id = ? AND fence = ? AND "
                    "state IN ('claimed', 'sent')",
                    fence);
    });
  });
}

Done JobsDatabase::settled(const JobFence& fence)
{
  return change("UPDATE job SET state = 'claimed', changed = ? WHERE id = ? AND fence = ? AND "
                "state IN ('claimed', 'sent')",
                fence);
}

Done JobsDatabase::tell_progress(const JobFence& fence, std::string_view sentence)
{
  LIMN_TRY_ASSIGN(auto row,
                  m_database.prepare("UPDATE job SET progress = ? WHERE id = ? AND fence = ?"));
  return row.bind(sentence).bind(fence.id).bind(fence.number).run();
}

Done JobsDatabase::finish(const JobFence& fence, JobState state, Cost cost, std::string_view report,
                          const std::vector<NamedImage>& images)
{
  return transaction([&]() -> Done {
    LIMN_TRY(keep_images(fence.id, images));
    LIMN_TRY_ASSIGN(
      auto row, m_database.prepare("UPDATE job SET state = ?, changed = ?, cost_basis = ?, cost "
                                   "= ?, report = ?, progress = '', job_order = '' WHERE id = ? "
                                   "AND fence = ? AND state IN ('claimed', 'sent')"));
    LIMN_TRY(row.bind(to_string(state))
               .bind(unix_milliseconds(std::chrono::system_clock::now()))
               .bind(static_cast<std::int64_t>(cost.basis))
               .bind(cost.amount)
               .bind(report)
               .bind(fence.id)
               .bind(fence.number)
               .run());
    m_has_unsynced_end = true;
    return m_database.changes() == 1 ? Done() : lost(fence);
  });
}

// What is written durably takes along all that stands before it in the log.
std::vector<Done> JobsDatabase::together(OnDisk on_disk,
                                         const std::vector<std::function<Done()>>& works)
{
  std::vector<Done> done;
  const auto all = [&]() -> Done {
    return transaction([&]() -> Done {
      for (const auto& work : works) {
        done.push_back(transaction(work));
      }
      return {};
    });
  };
  const auto written = on_disk == OnDisk::at_once ? durably(all) : all();
  m_has_unsynced_end = m_has_unsynced_end && (on_disk == OnDisk::soon || !written);
  if (!written) {
    done.assign(works.size(), written);
  }
  return done;
}

Done JobsDatabase::sync()
{
  constexpr std::chrono::hours k_between{1};
  if (const auto now = std::chrono::steady_clock::now(); now >= m_next_forgetting) {
    m_next_forgetting = now + k_between;
    LIMN_TRY(transaction([&] { return forget_old(); }));
  }
  return std::exchange(m_has_unsynced_end, false) ? m_database.sync_log() : Done();
}

} // namespace limn
