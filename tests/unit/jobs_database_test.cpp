#include "jobs_of_test.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace limn;
using namespace limn::test;

TEST_CASE("jobs.db: all that begin it at the same time get there")
{
  for (int round = 0; round < 20; ++round) {
    const FreshFolder folder;
    std::atomic<int> opened = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 6; ++i) {
      all.emplace_back([&] {
        const auto database = JobsDatabase::open(folder.path(), std::chrono::seconds(30));
        opened += database ? 1 : 0;
      });
    }
    for (auto& one : all) {
      one.join();
    }
    CHECK(opened == 6);
  }
}

TEST_CASE("jobs.db: a file that is none, or of a newer limn, is told with what to do")
{
  const FreshFolder folder;
  std::ofstream(jobs_file(folder.path())) << "no database at all, but long enough to look into it";
  const auto broken = JobsDatabase::open(folder.path(), std::chrono::seconds(1));
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.find("jobs.db") != std::string::npos);
  CHECK_FALSE(broken.error().hint.empty());

  const FreshFolder other;
  {
    auto database = Sqlite::open(jobs_file(other.path()), std::chrono::seconds(1));
    REQUIRE(database->run("PRAGMA user_version = 99"));
  }
  const auto newer = JobsDatabase::open(other.path(), std::chrono::seconds(1));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("newer") != std::string::npos);
}

TEST_CASE("jobs.db: a file of an earlier version goes on, with all that is in it")
{
  const std::string second = "ALTER TABLE job DROP COLUMN worker; DROP INDEX job_by_account; ALTER "
                             "TABLE job DROP COLUMN account; DROP TABLE spent; PRAGMA user_version "
                             "= 2";
  const auto first = second
                     + "; ALTER TABLE job DROP COLUMN heard; ALTER TABLE job DROP COLUMN "
                       "listener; PRAGMA user_version = 1";
  for (const auto& old : {second, first}) {
    CAPTURE(old);
    const FreshFolder folder;
    {
      auto database = *JobsDatabase::open(folder.path(), std::chrono::seconds(10));
      REQUIRE(database.put(request("fox")));
      auto file = *Sqlite::open(jobs_file(folder.path()), std::chrono::seconds(10));
      REQUIRE(file.run(old.c_str()));
    }
    auto database = JobsDatabase::open(folder.path(), std::chrono::seconds(10));
    REQUIRE(database);
    const auto again = database->put(request("fox"));
    REQUIRE(again);
    CHECK(again->as == PutAs::joined);
    CHECK(database->hears(again->job.id));
    const auto lock = JobLock::take(folder.path(), again->job.id);
    CHECK((*database->claim(again->job.id))->state == JobState::claimed);
    REQUIRE(database->put(of_account("a", "owl")));
    auto spending = *database->spending();
    CHECK(spending[""].ever == k_usd / 20);
    CHECK(spending["a"].ever == k_usd / 20);
  }
}
