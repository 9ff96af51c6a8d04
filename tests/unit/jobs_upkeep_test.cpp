#include "jobs_of_test.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

using namespace limn;
using namespace limn::test;

TEST_CASE("jobs.db: what is forgotten goes on to count as spent")
{
  Jobs jobs;
  const auto ended = [&](const char* fingerprint, const char* age) {
    const auto put = jobs.put(of_account("a", fingerprint));
    const auto worker = jobs.claim(put.job.id);
    REQUIRE(jobs.database.may_spend(worker.fence));
    REQUIRE(jobs.database.finish(worker.fence, JobState::done, {Cost::Basis::usage, k_usd / 25},
                                 "{}", {}));
    jobs.run(("UPDATE job SET changed = changed - " + std::string(age) + ", asked = asked - " + age
              + " WHERE id = '" + put.job.id + "'")
               .c_str());
    return worker.fence;
  };
  constexpr const char* k_long_ago = "40 * 86400000";
  ended("1", k_long_ago);
  const auto last = ended("2", k_long_ago);
  REQUIRE(jobs.database.sync()); // takes out what is old
  CHECK_FALSE(jobs.database.job(last.id)->has_value());
  CHECK((*jobs.database.spending())["a"].ever == 2 * (k_usd / 25));
  CHECK((*jobs.database.spending())["a"].today == 0);
  CHECK_FALSE(jobs.database.put(of_account("a", "3")));

  auto today = of_account("a", "4");
  today.limits = {{CostLimit::Of::account, CostLimit::Since::midnight, k_usd / 20}};
  const auto put = jobs.put(today);
  const auto worker = jobs.claim(put.job.id);
  REQUIRE(jobs.database.finish(worker.fence, JobState::done, {Cost::Basis::usage, 1}, "{}", {}));
  CHECK(*jobs.database.forget_before(std::chrono::system_clock::now() + std::chrono::hours(1))
        == 1);
  CHECK((*jobs.database.spending())["a"].today == 1);
  today.fingerprint = "5";
  CHECK_FALSE(jobs.database.put(today)); // by a billionth
}

TEST_CASE("jobs.db: what is over is forgotten after thirty days, what nobody knows of after ninety")
{
  Jobs jobs;
  const auto ended = [&](const std::string& fingerprint, JobState state, int days_ago) {
    const auto put = jobs.put(request(fingerprint));
    const auto worker = jobs.claim(put.job.id);
    REQUIRE(jobs.database.may_spend(worker.fence));
    REQUIRE(jobs.database.finish(worker.fence, state, k_nothing, "{}", {}));
    auto file = *Sqlite::open(jobs_file(jobs.folder.path()), std::chrono::seconds(10));
    auto older = *file.prepare("UPDATE job SET changed = changed - ? WHERE id = ?");
    older.bind(std::int64_t{days_ago} * 86'400'000).bind(put.job.id);
    REQUIRE(older.run());
    return put.job.id;
  };
  const auto old = ended("old", JobState::done, 31);
  const auto young = ended("young", JobState::done, 29);
  const auto unknown = ended("unknown", JobState::unknown, 89);
  const auto long_unknown = ended("long unknown", JobState::unknown, 91);
  // As workers leave them that are killed at their very end.
  jobs.folder.write("jobs/" + old, "");
  jobs.folder.write("jobs/" + young, "");
  const auto last = jobs.put(request("last"));
  const auto worker = jobs.claim(last.job.id);
  REQUIRE(jobs.database.finish(worker.fence, JobState::done, k_nothing, "{}", {}));
  REQUIRE(jobs.database.sync());
  CHECK_FALSE(jobs.database.job(old)->has_value());
  CHECK_FALSE(std::filesystem::exists(job_lock_file(jobs.folder.path(), old)));
  CHECK(std::filesystem::exists(job_lock_file(jobs.folder.path(), young)));
  CHECK(jobs.database.job(young)->has_value());
  CHECK(jobs.database.job(unknown)->has_value());
  CHECK_FALSE(jobs.database.job(long_unknown)->has_value());
  CHECK(jobs.database.job(last.job.id)->has_value());
}
