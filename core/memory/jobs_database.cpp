#include "memory/jobs_database.hpp"

#include "base/files.hpp"
#include "memory/history_entry.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_schema.hpp"
#include "memory/process_mark.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_job_columns =
  "SELECT id, door, state, fence, asked, changed, job_order, estimate_basis, estimate, cost_basis, "
  "cost, is_to_end, progress, report, images, worker FROM job ";

KeptJob job_of(const SqliteStatement& row)
{
  KeptJob job;
  job.id = row.text(0);
  job.door = row.text(1);
  job.state = job_state_from(row.text(2)).value_or(JobState::unknown);
  job.fence = row.number(3);
  job.asked = time_from_unix(row.number(4));
  job.changed = time_from_unix(row.number(5));
  job.order = row.text(6);
  job.estimate = cost_from(row.number(7), row.number(8));
  job.cost = cost_from(row.number(9), row.number(10));
  job.is_to_end = row.number(11) != 0;
  job.progress = row.text(12);
  job.report = row.text(13);
  job.wanted = static_cast<int>(row.number(14));
  job.worker = row.text(15);
  return job;
}

} // namespace

std::filesystem::path jobs_file(const std::filesystem::path& folder)
{
  return folder / "jobs.db";
}

Result<JobsDatabase> JobsDatabase::open(const std::filesystem::path& folder,
                                        std::chrono::milliseconds patience)
{
  const auto open_file = [&]() -> Result<JobsDatabase> {
    LIMN_TRY(make_private_folder(folder));
    LIMN_TRY_ASSIGN(auto database, Sqlite::open(jobs_file(folder), patience));
    LIMN_TRY(prepare_jobs_schema(database, jobs_file(folder)));
    return JobsDatabase(std::move(database), folder);
  };
  auto opened = open_file();
  if (!opened && opened.error().hint.empty()) {
    opened.error().hint =
      "nothing is drawn for agents without it, since nobody could tell whether it was paid for";
  }
  return opened;
}

Result<std::optional<KeptJob>> JobsDatabase::job(std::string_view id)
{
  // A look changes nothing, as a rule, and needs no turn at writing then.
  LIMN_TRY_ASSIGN(auto job, read("WHERE id = ?", id));
  if (!job) {
    return job;
  }
  if (!needs_to_be_set_right(*job)) {
    LIMN_TRY_ASSIGN(job->images, images_of(*job));
    return job;
  }
  return transaction([&] { return find("WHERE id = ?", id); });
}

Result<std::vector<KeptJob>> JobsDatabase::under_way()
{
  LIMN_TRY_ASSIGN(auto rows, m_database.prepare("SELECT id FROM job WHERE state IN ('queued', "
                                                "'claimed', 'sent') ORDER BY number"));
  LIMN_TRY_ASSIGN(const auto ids, rows.texts());
  std::vector<KeptJob> jobs;
  for (const auto& id : ids) {
    LIMN_TRY_ASSIGN(auto one, job(id));
    if (one && !is_final(one->state)) {
      jobs.push_back(std::move(*one));
    }
  }
  return jobs;
}

Done JobsDatabase::end(std::string_view id)
{
  return transaction([&]() -> Done {
    LIMN_TRY_ASSIGN(auto statement,
                    m_database.prepare("UPDATE job SET callers = callers - 1, is_to_end = (callers "
                                       "<= 1) WHERE id = ? AND state IN ('queued', 'claimed', "
                                       "'sent')"));
    LIMN_TRY(statement.bind(id).run());
    LIMN_TRY_ASSIGN(auto job, find("WHERE id = ?", id));
    // Nobody works on it: it ends here.
    if (job && job->is_to_end && job->state == JobState::queued && !job->is_owned) {
      LIMN_TRY(set_state(*job, JobState::cancelled));
    }
    return {};
  });
}

Done JobsDatabase::give_up(std::string_view id)
{
  return transaction([&]() -> Done {
    LIMN_TRY_ASSIGN(auto job, find("WHERE id = ?", id));
    if (job && job->state == JobState::queued && !job->is_owned) {
      LIMN_TRY(set_state(*job, JobState::cancelled));
    }
    return {};
  });
}

Done JobsDatabase::hears(std::string_view id)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare("UPDATE job SET heard = ? WHERE id = ?"));
  return row.bind(unix_milliseconds(std::chrono::system_clock::now())).bind(id).run();
}

// Another process, that has joined it meanwhile, goes on waiting.
Done JobsDatabase::leaves(std::string_view id)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare("UPDATE job SET listener = '' WHERE id = ? AND "
                                               "listener = ?"));
  return row.bind(id).bind(own_process_mark()).run();
}

Result<std::optional<KeptJob>> JobsDatabase::read(std::string_view where, std::string_view first,
                                                  std::string_view second)
{
  LIMN_TRY_ASSIGN(auto row, m_database.prepare(fmt::format("{}{}", k_job_columns, where)));
  row.bind(first);
  if (!second.empty()) {
    row.bind(second);
  }
  LIMN_TRY_ASSIGN(const bool is_there, row.step());
  return is_there ? std::optional(job_of(row)) : std::nullopt;
}

// Within a transaction.
Result<std::optional<KeptJob>> JobsDatabase::find(std::string_view where, std::string_view first,
                                                  std::string_view second)
{
  LIMN_TRY_ASSIGN(auto job, read(where, first, second));
  if (!job) {
    return job;
  }
  if (needs_to_be_set_right(*job)) {
    LIMN_TRY(set_right(*job));
  }
  LIMN_TRY_ASSIGN(job->images, images_of(*job));
  return job;
}

} // namespace limn
