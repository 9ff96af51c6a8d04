#include "fresh_folder.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_database.hpp"
#include "memory/process_mark.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

using namespace limn;
using test::FreshFolder;

namespace {

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

JobRequest request(std::string fingerprint)
{
  JobRequest request;
  request.door = "mcp";
  request.fingerprint = std::move(fingerprint);
  request.order = "{}";
  request.estimate = {Cost::Basis::estimate, k_usd / 20};
  return request;
}

JobRequest anew_of(JobRequest request)
{
  request.is_to_be_drawn_anew = true;
  return request;
}

JobRequest named(JobRequest request, std::string id)
{
  request.request_id = std::move(id);
  return request;
}

constexpr Cost k_nothing{Cost::Basis::usage, 0};

std::uint64_t file_number(const std::filesystem::path& file)
{
  struct stat status {
  };
  ::stat(file.c_str(), &status);
  return status.st_ino;
}

} // namespace

TEST_CASE("jobs.db: an equal request joins what is under way, and is answered by what was drawn")
{
  Jobs jobs;
  const auto first = jobs.put(request("fox"));
  CHECK(first.as == PutAs::begun);
  CHECK(first.job.state == JobState::queued);
  CHECK(jobs.put(request("hound")).as == PutAs::begun);

  CHECK(jobs.put(request("fox")).as == PutAs::joined);
  auto worker = jobs.claim(first.job.id);
  CHECK(jobs.put(request("fox")).job.id == first.job.id);
  REQUIRE(jobs.database.may_spend(worker.fence));
  CHECK(jobs.put(request("fox")).as == PutAs::joined);
  REQUIRE(jobs.database.finish(worker.fence, JobState::done, k_nothing, "{\"ok\":true}", {}));

  const auto replayed = jobs.put(request("fox"));
  CHECK(replayed.as == PutAs::replayed);
  CHECK(replayed.job.id == first.job.id);
  CHECK(replayed.job.report == "{\"ok\":true}");

  const auto another = jobs.put(anew_of(request("fox")));
  CHECK(another.as == PutAs::begun);
  CHECK(another.job.id != first.job.id);
  CHECK(jobs.put(request("fox")).job.id == another.job.id); // the last one
}

TEST_CASE("jobs.db: what was drawn answers for a while, what was refused not at all")
{
  Jobs jobs;
  auto old = request("fox");
  old.replayed_for = std::chrono::seconds(-1);
  const auto first = jobs.put(old);
  REQUIRE(jobs.database.finish(jobs.claim(first.job.id).fence, JobState::done, k_nothing, "", {}));
  CHECK(jobs.put(old).as == PutAs::begun);

  for (const auto state : {JobState::refused, JobState::cancelled}) {
    const auto job = jobs.put(anew_of(request(std::string(to_string(state)))));
    REQUIRE(jobs.database.finish(jobs.claim(job.job.id).fence, state, k_nothing, "", {}));
    CHECK(jobs.put(request(std::string(to_string(state)))).as == PutAs::begun);
  }
}

TEST_CASE("jobs.db: a request id stands for one picture")
{
  Jobs jobs;
  const auto first = jobs.put(named(request("fox"), "r"));
  CHECK(jobs.put(anew_of(named(request("fox"), "r"))).job.id == first.job.id);
  const auto other = jobs.database.put(named(request("hound"), "r"));
  REQUIRE_FALSE(other);
  CHECK(other.error().failure_class == FailureClass::usage);
  CHECK(other.error().message.find(first.job.id) != std::string::npos);

  REQUIRE(jobs.database.finish(jobs.claim(first.job.id).fence, JobState::done, k_nothing, "", {}));
  auto late = named(request("fox"), "r");
  late.replayed_for = std::chrono::seconds(-1);
  CHECK(jobs.put(late).as == PutAs::replayed);

  const auto refused = jobs.put(named(request("cat"), "c"));
  REQUIRE(
    jobs.database.finish(jobs.claim(refused.job.id).fence, JobState::refused, k_nothing, "", {}));
  const auto again = jobs.put(named(request("cat"), "c"));
  CHECK(again.as == PutAs::begun);
  CHECK(jobs.put(named(request("cat"), "c")).job.id == again.job.id);
}

TEST_CASE("jobs.db: doors do not answer each other")
{
  Jobs jobs;
  const auto first = jobs.put(named(request("fox"), "r"));
  auto other = named(request("fox"), "r");
  other.door = "serve";
  CHECK(jobs.put(other).job.id != first.job.id);
}

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

TEST_CASE("jobs.db: what brought some images answers for a while, as what brought all")
{
  Jobs jobs;
  const auto image = jobs.folder.write("one.png", "image");
  auto three = request("three");
  three.images = 3;
  const auto id = jobs.put(three).job.id;
  {
    const auto worker = jobs.claim(id);
    REQUIRE(jobs.database.may_spend(worker.fence));
    REQUIRE(jobs.database.finish(worker.fence, JobState::refused, k_nothing, "{}",
                                 {{image, file_number(image)}}));
  }
  const auto again = jobs.put(three);
  CHECK(again.as == PutAs::replayed);
  CHECK(again.job.id == id);
  CHECK(again.job.images.size() == 1);
  CHECK(again.job.wanted == 3);
  three.replayed_for = std::chrono::seconds(-1);
  CHECK(jobs.put(three).as == PutAs::begun);
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

TEST_CASE("jobs.db: a request id stands also for a job that was begun by another name")
{
  Jobs jobs;
  const auto id = jobs.put(named(request("fox"), "a")).job.id;
  CHECK(jobs.put(named(request("fox"), "b")).job.id == id);
  REQUIRE(jobs.database.finish(jobs.claim(id).fence, JobState::done, k_nothing, "", {}));
  for (const auto* name : {"a", "b"}) {
    auto late = named(request("fox"), name);
    late.replayed_for = std::chrono::seconds(-1);
    CHECK(jobs.put(late).job.id == id);
  }

  const auto lost = jobs.put(named(request("lost"), "l")).job.id;
  {
    const auto worker = jobs.claim(lost);
    REQUIRE(jobs.database.may_spend(worker.fence));
  }
  CHECK(jobs.put(named(request("lost"), "l")).as == PutAs::joined);
  const auto anew = jobs.put(anew_of(named(request("lost"), "l")));
  CHECK(anew.as == PutAs::begun);
  CHECK(jobs.put(anew_of(named(request("lost"), "l"))).job.id == anew.job.id);
}

TEST_CASE("jobs.db: nobody has endlessly many under way")
{
  Jobs jobs;
  for (int i = 0; i < 64; ++i) {
    jobs.put(request(std::to_string(i)));
  }
  const auto more = jobs.database.put(request("more"));
  REQUIRE_FALSE(more);
  CHECK(more.error().failure_class == FailureClass::rate_limited);
  CHECK(jobs.put(request("1")).as == PutAs::joined);
  auto of_another = request("more");
  of_another.account = "another";
  of_another.most_under_way = 1;
  CHECK(jobs.put(of_another).as == PutAs::begun);
  of_another.fingerprint = "still more";
  CHECK_FALSE(jobs.database.put(of_another));
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

TEST_CASE(
  "jobs.db: all requests of a day have a limit, what is under way counts as what it may cost")
{
  Jobs jobs;
  const auto limited = [](std::string name) {
    auto one = request(std::move(name));
    one.limits = {{CostLimit::Of::door, CostLimit::Since::midnight, k_usd / 10}};
    return one;
  };
  const auto first = jobs.put(limited("1")).job.id;
  CHECK(jobs.put(limited("2")).as == PutAs::begun);
  const auto third = jobs.database.put(limited("3"));
  REQUIRE_FALSE(third);
  CHECK(third.error().failure_class == FailureClass::billing);
  CHECK(jobs.put(limited("2")).as == PutAs::joined);

  REQUIRE(jobs.database.finish(jobs.claim(first).fence, JobState::refused, k_nothing, "", {}));
  CHECK(jobs.put(limited("3")).as == PutAs::begun);

  auto unknown = limited("4");
  unknown.estimate = {Cost::Basis::unknown, 0};
  CHECK_FALSE(jobs.database.put(unknown));
}

namespace {

JobRequest of_account(std::string account, std::string fingerprint)
{
  auto one = request(std::move(fingerprint));
  one.account = std::move(account);
  one.limits = {{CostLimit::Of::account, CostLimit::Since::ever, k_usd / 10}};
  return one;
}

} // namespace

TEST_CASE("jobs.db: each account has a budget of its own, and all together the door's")
{
  Jobs jobs;
  CHECK(jobs.put(of_account("a", "1")).as == PutAs::begun);
  CHECK(jobs.put(of_account("a", "2")).as == PutAs::begun);
  const auto third = jobs.database.put(of_account("a", "3"));
  REQUIRE_FALSE(third);
  CHECK(third.error().failure_class == FailureClass::billing);
  CHECK(third.error().message.starts_with("the budget of this key is reached: $0.1 of $0.1"));
  CHECK(jobs.put(of_account("a", "1")).as == PutAs::joined); // costs nothing

  auto of_all = of_account("b", "3");
  of_all.limits.push_back({CostLimit::Of::door, CostLimit::Since::ever, k_usd / 8});
  const auto refused = jobs.database.put(of_all);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.starts_with("limn's limit in all"));
  CHECK(jobs.put(of_account("b", "3")).as == PutAs::begun);
  auto elsewhere = of_all;
  elsewhere.door = "serve";
  CHECK(jobs.put(elsewhere).as == PutAs::begun);
  auto spending = *jobs.database.spending();
  CHECK(spending["a"].ever == k_usd / 10);
  CHECK(spending["b"].today == k_usd / 10); // by both doors

  auto by_http = of_account("b", "4");
  by_http.limits = {{CostLimit::Of::http, CostLimit::Since::midnight, k_usd / 5}};
  CHECK_FALSE(jobs.database.put(by_http));
  by_http.limits = {{CostLimit::Of::http, CostLimit::Since::midnight, k_usd / 4}};
  CHECK(jobs.database.put(by_http));
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

TEST_CASE("jobs.db: of many that ask for the same at once one begins it")
{
  Jobs jobs;
  std::atomic<int> begun = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back([&] {
      auto database = JobsDatabase::open(jobs.folder.path(), std::chrono::seconds(30));
      for (int round = 0; round < 20; ++round) {
        const auto put = database->put(request("round " + std::to_string(round)));
        begun += put && put->as == PutAs::begun ? 1 : 0;
      }
    });
  }
  for (auto& one : all) {
    one.join();
  }
  CHECK(begun == 20);
}

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

namespace {

// As `limn serve` asks, where nobody names a request.
JobRequest unnamed_request(EqualJobs equal_jobs = EqualJobs::if_unheard)
{
  auto asked = request("fox");
  asked.door = "serve";
  asked.equal_jobs = equal_jobs;
  asked.is_listened_to = true;
  return asked;
}

} // namespace

TEST_CASE("jobs.db: equal requests of callers who wait are twins, and each is drawn")
{
  Jobs jobs;
  const auto one = jobs.put(unnamed_request());
  const auto other = jobs.put(unnamed_request());
  CHECK(other.as == PutAs::begun);
  CHECK(one.job.id != other.job.id);

  SUBCASE("one whose caller left is the answer to the next")
  {
    REQUIRE(jobs.database.leaves(one.job.id));
    const auto third = jobs.put(unnamed_request());
    CHECK(third.as == PutAs::joined);
    CHECK(third.job.id == one.job.id);
    CHECK(jobs.put(unnamed_request()).as == PutAs::begun); // somebody waits for it again
  }
  SUBCASE("who says that it asks again gets the last one")
  {
    const auto again = jobs.put(unnamed_request(EqualJobs::of_a_repeat));
    CHECK(again.as == PutAs::joined);
    CHECK(again.job.id == other.job.id);
  }
  SUBCASE("who says so gets the one that was left rather than the last one")
  {
    REQUIRE(jobs.database.leaves(one.job.id));
    CHECK(jobs.put(unnamed_request(EqualJobs::of_a_repeat)).job.id == one.job.id);
    CHECK(jobs.put(unnamed_request(EqualJobs::of_a_repeat)).job.id == other.job.id);
  }
  SUBCASE("a name of the caller's own says all")
  {
    REQUIRE(jobs.database.leaves(one.job.id));
    CHECK(jobs.put(unnamed_request(EqualJobs::never_answer)).as == PutAs::begun);
  }
}

TEST_CASE("jobs.db: what a process that is gone waited for is nobody's")
{
  Jobs jobs;
  const auto put = jobs.put(unnamed_request());
  jobs.run("UPDATE job SET listener = '1 0 an-earlier-start-of-the-machine'");
  const auto again = jobs.put(unnamed_request());
  CHECK(again.as == PutAs::joined);
  CHECK(again.job.id == put.job.id);
}

TEST_CASE(
  "jobs.db: an end that reached nobody is the answer to the next equal request, for an hour")
{
  Jobs jobs;
  const auto put = jobs.put(unnamed_request());
  const auto worker = jobs.claim(put.job.id);
  REQUIRE(jobs.database.may_spend(worker.fence));
  const auto end = [&](JobState state) {
    REQUIRE(jobs.database.finish(worker.fence, state, k_nothing, "{}", {}));
    worker.lock.remove();
    REQUIRE(jobs.database.leaves(put.job.id));
  };
  const auto older = [&](int minutes) {
    jobs.run(("UPDATE job SET changed = changed - " + std::to_string(minutes * 60'000)
              + ", heard = max(0, heard - " + std::to_string(minutes * 60'000) + ")")
               .c_str());
  };

  SUBCASE("drawn")
  {
    end(JobState::done);
    older(59);
    CHECK(jobs.put(unnamed_request()).job.id == put.job.id);
  }
  SUBCASE("drawn, and too long ago")
  {
    end(JobState::done);
    older(61);
    CHECK(jobs.put(unnamed_request()).as == PutAs::begun);
  }
  SUBCASE("drawn, and it reached somebody: who asks anew wants another one")
  {
    end(JobState::done);
    REQUIRE(jobs.database.hears(put.job.id));
    CHECK(jobs.put(unnamed_request()).as == PutAs::begun);
  }
  SUBCASE("drawn, it reached somebody, and who asks says that it is the same")
  {
    end(JobState::done);
    REQUIRE(jobs.database.hears(put.job.id));
    const auto again = jobs.put(unnamed_request(EqualJobs::of_a_repeat));
    CHECK(again.as == PutAs::replayed);
    CHECK(again.job.id == put.job.id);
    older(11);
    CHECK(jobs.put(unnamed_request(EqualJobs::of_a_repeat)).as == PutAs::begun);
  }
  SUBCASE("unknown: also where it reached somebody, for a while, since some repeat all that fails")
  {
    end(JobState::unknown);
    REQUIRE(jobs.database.hears(put.job.id));
    CHECK(jobs.put(unnamed_request()).job.id == put.job.id);
    older(11);
    CHECK(jobs.put(unnamed_request()).as == PutAs::begun);
  }
  SUBCASE("refused: nothing is lost by asking again")
  {
    end(JobState::refused);
    CHECK(jobs.put(unnamed_request()).as == PutAs::begun);
  }
}

TEST_CASE("jobs.db: a caller's own name stands for a picture as long as that caller is told")
{
  Jobs jobs;
  auto named = unnamed_request(EqualJobs::never_answer);
  named.request_id = "one";
  named.named_for = std::chrono::hours(24);
  const auto put = jobs.put(named);
  CHECK(jobs.put(named).job.id == put.job.id); // also while somebody waits for it
  auto other = named;
  other.fingerprint = "owl";
  const auto refused = jobs.database.put(other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == k_request_id_reused);

  const auto worker = jobs.claim(put.job.id);
  REQUIRE(jobs.database.may_spend(worker.fence));
  SUBCASE("drawn: for that long")
  {
    REQUIRE(jobs.database.finish(worker.fence, JobState::done, k_nothing, "{}", {}));
    REQUIRE(jobs.database.hears(put.job.id));
    CHECK(jobs.put(named).as == PutAs::replayed);
    jobs.run("UPDATE job SET changed = changed - 25 * 3600000");
    CHECK(jobs.put(other).as == PutAs::begun);
  }
  SUBCASE("unknown: for as long as anybody knows of it")
  {
    REQUIRE(jobs.database.finish(worker.fence, JobState::unknown, k_nothing, "{}", {}));
    jobs.run("UPDATE job SET changed = changed - 25 * 3600000");
    CHECK(jobs.put(named).job.id == put.job.id);
  }
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
