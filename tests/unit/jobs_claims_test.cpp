#include "jobs_of_test.hpp"
#include "memory/process_mark.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace limn;
using namespace limn::test;

TEST_CASE("jobs.db: only one process works on a job, and who has lost it spends nothing")
{
  Jobs jobs;
  const auto job = jobs.put(request("fox")).job;
  {
    const auto worker = jobs.claim(job.id);
    CHECK(JobLock::state(jobs.folder.path(), job.id, "") == JobLock::State::taken);
    CHECK_FALSE(*JobLock::take(jobs.folder.path(), job.id));
    CHECK((*jobs.database.job(job.id))->is_owned);
  }
  const auto later = jobs.claim(job.id);
  CHECK(later.fence.number == 2);
  const auto spent = jobs.database.may_spend({job.id, 1});
  REQUIRE_FALSE(spent);
  CHECK(spent.error().failure_class == FailureClass::not_saved);
  CHECK_FALSE(jobs.database.finish({job.id, 1}, JobState::done, k_nothing, "", {}));
  CHECK_FALSE(jobs.database.settled({job.id, 1}));
  CHECK(jobs.database.may_spend(later.fence));
}

TEST_CASE("jobs.db: what its process left behind is unknown if it was sent, and else free again")
{
  Jobs jobs;
  const auto sent = jobs.put(request("sent")).job.id;
  const auto claimed = jobs.put(request("claimed")).job.id;
  const auto settled = jobs.put(request("settled")).job.id;
  const auto unwanted = jobs.put(request("unwanted")).job.id;
  {
    const auto one = jobs.claim(sent);
    REQUIRE(jobs.database.may_spend(one.fence));
    const auto two = jobs.claim(claimed);
    const auto three = jobs.claim(settled);
    REQUIRE(jobs.database.may_spend(three.fence));
    REQUIRE(jobs.database.settled(three.fence));
    const auto four = jobs.claim(unwanted);
    REQUIRE(jobs.database.end(unwanted));
    CHECK(jobs.state(sent) == JobState::sent);
    CHECK(jobs.state(unwanted) == JobState::claimed);
    CHECK(jobs.database.under_way()->size() == 4);
  }
  CHECK(jobs.state(sent) == JobState::unknown);
  CHECK(jobs.state(claimed) == JobState::queued);
  CHECK(jobs.state(settled) == JobState::queued);
  CHECK(jobs.state(unwanted) == JobState::cancelled);
  CHECK(jobs.database.under_way()->size() == 2);
  CHECK_FALSE(*jobs.database.claim(sent));
  const auto again = jobs.put(request("sent"));
  CHECK(again.as == PutAs::joined);
  CHECK(again.job.state == JobState::unknown);
}

TEST_CASE("jobs.db: the kernel tells of a process that was killed")
{
  Jobs jobs;
  const auto id = jobs.put(request("fox")).job.id;
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = JobsDatabase::open(jobs.folder.path(), std::chrono::seconds(10));
    const auto lock = JobLock::take(jobs.folder.path(), id);
    const auto job = database->claim(id);
    const auto spent = database->may_spend({id, (*job)->fence});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(jobs.state(id) == JobState::unknown);
}

TEST_CASE("jobs.db: who is not wanted any more spends nothing, unless it was spent already")
{
  Jobs jobs;
  const auto queued = jobs.put(request("queued")).job.id;
  REQUIRE(jobs.database.end(queued));
  CHECK(jobs.state(queued) == JobState::cancelled);

  const auto claimed = jobs.put(request("claimed")).job.id;
  const auto worker = jobs.claim(claimed);
  REQUIRE(jobs.database.end(claimed));
  const auto spent = jobs.database.may_spend(worker.fence);
  REQUIRE_FALSE(spent);
  CHECK(spent.error().failure_class == FailureClass::cancelled);
  CHECK(jobs.put(request("claimed")).as == PutAs::begun);

  const auto sent = jobs.put(request("sent")).job.id;
  const auto other = jobs.claim(sent);
  REQUIRE(jobs.database.may_spend(other.fence));
  REQUIRE(jobs.database.end(sent));
  CHECK(jobs.put(request("sent")).job.id == sent); // whoever asks again gets what was paid for
}

TEST_CASE("jobs.db: it ends with the last of its callers")
{
  Jobs jobs;
  const auto id = jobs.put(request("fox")).job.id;
  CHECK(jobs.put(request("fox")).as == PutAs::joined);
  REQUIRE(jobs.database.end(id));
  CHECK(jobs.state(id) == JobState::queued);
  REQUIRE(jobs.database.end(id));
  CHECK(jobs.state(id) == JobState::cancelled);
}

TEST_CASE("jobs.db: what could not be begun is not begun later")
{
  Jobs jobs;
  const auto id = jobs.put(request("fox")).job.id;
  REQUIRE(jobs.database.give_up(id));
  CHECK(jobs.state(id) == JobState::cancelled);
  CHECK((*jobs.database.job(id))->order.empty());
  CHECK_FALSE(*jobs.database.claim(id));

  const auto late = jobs.put(request("late")).job.id;
  jobs.run("UPDATE job SET changed = changed - 61000");
  CHECK(jobs.put(request("late")).as == PutAs::begun);
  CHECK(jobs.state(late) == JobState::cancelled);

  const auto owned = jobs.put(request("owned")).job.id;
  const auto worker = jobs.claim(owned);
  jobs.run("UPDATE job SET changed = changed - 61000");
  CHECK(jobs.state(owned) == JobState::claimed); // it may wait for a gateway
}

TEST_CASE("jobs.db: a file that was taken away says nothing of a process that lives")
{
  Jobs jobs;
  const auto id = jobs.put(request("fox")).job.id;
  const auto worker = jobs.claim(id);
  REQUIRE(jobs.database.may_spend(worker.fence));
  std::filesystem::remove(job_lock_file(jobs.folder.path(), id));
  CHECK(JobLock::state(jobs.folder.path(), id, own_process_mark()) == JobLock::State::taken);
  // One that came by the number later is another one.
  auto later = own_process_mark();
  later.back() = later.back() == '0' ? '1' : '0';
  CHECK(JobLock::state(jobs.folder.path(), id, later) == JobLock::State::free);
  CHECK(JobLock::state(jobs.folder.path(), id, "") == JobLock::State::free);
  CHECK(jobs.state(id) == JobState::sent);
}

TEST_CASE(
  "jobs.db: a job whose images all have their names is done, whatever became of its process")
{
  Jobs jobs;
  const auto image = jobs.folder.write("one.png", "image");
  const auto id = jobs.put(request("fox")).job.id;
  {
    const auto worker = jobs.claim(id);
    REQUIRE(jobs.database.may_spend(worker.fence));
    worker.lock.name({image, file_number(image)});
  }
  CHECK(jobs.state(id) == JobState::done);
  CHECK(jobs.put(request("fox")).as == PutAs::replayed);
}

TEST_CASE("jobs.db: an image that got its name is known by it")
{
  Jobs jobs;
  auto two = request("fox");
  two.images = 2;
  const auto id = jobs.put(two).job.id;
  const auto here = jobs.folder.path() / "fox.png";
  std::ofstream(here) << "image";
  {
    const auto worker = jobs.claim(id);
    REQUIRE(jobs.database.may_spend(worker.fence));
    worker.lock.name({here, file_number(here)});
    worker.lock.name({jobs.folder.path() / "gone.png", 1});
    CHECK((*jobs.database.job(id))->images == std::vector<std::filesystem::path>{here});
  }
  const auto job = **jobs.database.job(id);
  CHECK(job.state == JobState::unknown);
  CHECK(job.images == std::vector<std::filesystem::path>{here});
}

TEST_CASE("jobs.db: the end of a job waits for the disk, unless a later job has waited for it")
{
  Jobs jobs;
  const auto log = jobs.folder.path() / "jobs.db-wal";
  const auto hide_log = [&] { // from whoever opens it by its name
    std::filesystem::rename(log, jobs.folder.path() / "log");
    std::filesystem::create_symlink(log, log);
  };
  const auto first = jobs.claim(jobs.put(request("fox")).job.id);
  const auto second = jobs.claim(jobs.put(request("cat")).job.id);
  const auto finish = [&](const Jobs::Worker& worker) {
    return jobs.database.finish(worker.fence, JobState::done, k_nothing, "{}", {});
  };
  CHECK(jobs.database.sync());
  REQUIRE(finish(first));
  CHECK(jobs.database.together(JobsDatabase::OnDisk::at_once,
                               {[&] { return jobs.database.may_spend(second.fence); }})[0]);
  hide_log();
  CHECK(jobs.database.sync());
  REQUIRE(finish(second));
  CHECK_FALSE(jobs.database.sync());
}

TEST_CASE("jobs.db: what is done together is done in order, each of it or nothing of it")
{
  Jobs jobs;
  std::string id;
  const auto done =
    jobs.database.together(JobsDatabase::OnDisk::at_once,
                           {[&]() -> Done {
                              LIMN_TRY_ASSIGN(const auto put, jobs.database.put(request("fox")));
                              id = put.job.id;
                              return {};
                            },
                            [&]() -> Done {
                              LIMN_TRY(jobs.database.put(request("cat")));
                              return fail(FailureClass::internal, "not this one");
                            },
                            [&] { return jobs.database.hears(id); }});
  REQUIRE(done.size() == 3);
  CHECK(done[0]);
  CHECK_FALSE(done[1]);
  CHECK(done[2]);
  CHECK(jobs.put(request("fox")).as == PutAs::joined);
  CHECK(jobs.put(request("cat")).as == PutAs::begun);
}

TEST_CASE("jobs.db: the file of a lock tells the images that are about to get their names")
{
  const FreshFolder folder;
  const auto lock = *JobLock::take(folder.path(), "job-1");
  CHECK(JobLock::named(folder.path(), "job-1").empty());
  lock->name({"/a/fox 1.png", 7});
  lock->wake();
  lock->name({"/a/two\nlines.png", 123456789012});
  const auto named = JobLock::named(folder.path(), "job-1");
  REQUIRE(named.size() == 2);
  CHECK(named[0].path == "/a/fox 1.png");
  CHECK(named[0].inode == 7);
  CHECK(named[1].path == "/a/two\nlines.png");
  CHECK(named[1].inode == 123456789012);
  // What a process that was killed had half written is none.
  std::filesystem::resize_file(job_lock_file(folder.path(), "job-1"),
                               std::filesystem::file_size(job_lock_file(folder.path(), "job-1"))
                                 - 1);
  CHECK(JobLock::named(folder.path(), "job-1").size() == 1);
  CHECK(JobLock::named(folder.path(), "job-2").empty());
}
