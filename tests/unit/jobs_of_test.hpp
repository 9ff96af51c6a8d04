#pragma once

#include "fresh_folder.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_database.hpp"
#include "memory/sqlite.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

// What tests of jobs.db share: one in a folder of its own, and what is asked of it.
namespace limn::test {

struct Jobs {
  FreshFolder folder;
  JobsDatabase database = *JobsDatabase::open(folder.path(), std::chrono::seconds(10));

  PutJob put(JobRequest request) { return *database.put(request); }
  // As nobody but a test does.
  void run(const char* sql)
  {
    REQUIRE(Sqlite::open(jobs_file(folder.path()), std::chrono::seconds(10))->run(sql));
  }
  JobState state(const std::string& id) { return (*database.job(id))->state; }

  // As a worker does it.
  struct Worker {
    JobLock lock;
    JobFence fence;
  };
  Worker claim(const std::string& id)
  {
    auto lock = *JobLock::take(folder.path(), id);
    const auto job = *database.claim(id);
    return {std::move(*lock), {id, job->fence}};
  }
};

inline JobRequest request(std::string fingerprint)
{
  JobRequest request;
  request.door = "mcp";
  request.fingerprint = std::move(fingerprint);
  request.order = "{}";
  request.estimate = {Cost::Basis::estimate, k_usd / 20};
  return request;
}

inline JobRequest anew_of(JobRequest request)
{
  request.is_to_be_drawn_anew = true;
  return request;
}

inline JobRequest named(JobRequest request, std::string id)
{
  request.request_id = std::move(id);
  return request;
}

inline constexpr Cost k_nothing{Cost::Basis::usage, 0};

inline std::uint64_t file_number(const std::filesystem::path& file)
{
  struct stat status {
  };
  ::stat(file.c_str(), &status);
  return status.st_ino;
}

// With a budget of two pictures.
inline JobRequest of_account(std::string account, std::string fingerprint)
{
  auto one = request(std::move(fingerprint));
  one.account = std::move(account);
  one.limits = {{CostLimit::Of::account, CostLimit::Since::ever, k_usd / 10}};
  return one;
}

} // namespace limn::test
