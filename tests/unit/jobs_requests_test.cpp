#include "jobs_of_test.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace limn;
using namespace limn::test;

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
