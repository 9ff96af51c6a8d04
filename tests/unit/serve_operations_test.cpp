#include "fresh_folder.hpp"
#include "serve/caller.hpp"
#include "serve/images_request.hpp"
#include "serve/local_keys.hpp"
#include "serve/readiness.hpp"
#include "serve/serve_metrics.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace limn;

namespace {

KeptJob job_with(std::string_view attempts, JobState state = JobState::done)
{
  KeptJob job;
  job.state = state;
  job.report = "{\"attempts\":[" + std::string(attempts) + "]}";
  return job;
}

bool has(const std::string& text, std::string_view line)
{
  return text.find("\n" + std::string(line) + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("serve: what is counted is told as Prometheus reads it")
{
  ServeMetrics metrics;
  metrics.answered("/v1/models", 200, std::chrono::milliseconds(2));
  metrics.answered("/v1/models", 401, std::chrono::seconds(5));
  metrics.answered("/v1/models", 200, std::chrono::seconds(700));
  metrics.replayed();
  auto job = job_with(R"({"gateway":"a","class":"server"},{"gateway":"b","class":"ok"})");
  job.report.pop_back();
  job.report += R"(,"gateway":{"name":"b"}})";
  job.cost = {Cost::Basis::usage, k_usd / 20};
  metrics.ended(job);
  metrics.ended(job);
  job = job_with(R"({"gateway":"say \"c\\\n","class":"outcome_unknown","may_have_cost":true})",
                 JobState::unknown);
  job.cost = {Cost::Basis::estimate, 1};
  metrics.ended(job);
  const auto text = metrics.text(3);
  for (const auto* line :
       {R"(limn_requests_total{route="/v1/models",code="200"} 2)",
        R"(limn_requests_total{route="/v1/models",code="401"} 1)",
        R"(limn_request_seconds_bucket{route="/v1/models",le="1"} 1)",
        R"(limn_request_seconds_bucket{route="/v1/models",le="5"} 2)",
        R"(limn_request_seconds_bucket{route="/v1/models",le="600"} 2)",
        R"(limn_request_seconds_bucket{route="/v1/models",le="+Inf"} 3)",
        R"(limn_request_seconds_count{route="/v1/models"} 3)",
        R"(limn_request_seconds_sum{route="/v1/models"} 705.002)",
        R"(limn_attempts_total{gateway="a",class="server"} 2)",
        R"(limn_attempts_total{gateway="b",class="ok"} 2)",
        R"(limn_attempts_total{gateway="say \"c\\\n",class="outcome_unknown"} 1)",
        R"(limn_cost_usd_total{gateway="b"} 0.1)",
        R"(limn_cost_usd_total{gateway="say \"c\\\n"} 0.000000001)", "limn_jobs_running 3",
        "limn_replays_total 1", "limn_unknown_total 1", "# TYPE limn_request_seconds histogram"}) {
    CAPTURE(line);
    CHECK(has(text, line));
  }
}

TEST_CASE("serve: a server is ready unless every gateway failed when it was tried last")
{
  std::string warning;
  const auto learnt = Learnt::load("", warning);
  std::vector<Gateway> gateways(2);
  gateways[0].id = gateways[0].name = "a";
  gateways[1].id = gateways[1].name = "b";
  const auto now = std::chrono::system_clock::now();
  Readiness readiness;
  CHECK_FALSE(readiness.fault(gateways, learnt, now));
  readiness.ended(job_with(R"({"gateway":"a","class":"auth"})"), now);
  CHECK_FALSE(readiness.fault(gateways, learnt, now));
  readiness.ended(job_with(R"({"gateway":"b","class":"billing"})"), now);
  CHECK(readiness.fault(gateways, learnt, now) == "auth, billing");
  CHECK_FALSE(readiness.fault(gateways, learnt, now + std::chrono::minutes(6)));

  SUBCASE("a refusal of what was asked for is an answer like any other")
  {
    readiness.ended(job_with(R"({"gateway":"b","class":"content"})"), now);
    CHECK_FALSE(readiness.fault(gateways, learnt, now));
  }
  SUBCASE("the last attempt of a job counts")
  {
    readiness.ended(job_with(R"({"gateway":"a","class":"server"},{"gateway":"a","class":"ok"})"),
                    now);
    CHECK_FALSE(readiness.fault(gateways, learnt, now));
  }
  SUBCASE("what other processes learnt counts where this one knows nothing")
  {
    auto others = Learnt::load("", warning);
    for (const auto& gateway : gateways) {
      others.learn(gateway, {Fact::Kind::billing, "", "", now + std::chrono::hours(1)});
    }
    CHECK(Readiness().fault(gateways, others, now) == "billing");
    readiness.ended(job_with(R"({"gateway":"a","class":"ok"})"), now);
    CHECK_FALSE(readiness.fault(gateways, others, now));
  }
}

TEST_CASE("serve: a key's budget and models are kept, and a file that says them wrongly is refused")
{
  const test::FreshFolder folder;
  const auto file = folder.path() / "serve-keys.json";
  LocalKey wanted{"one"};
  wanted.budget = 2 * k_usd;
  wanted.budget_per_day = k_usd / 20;
  wanted.models = {"flux", "gpt-image-2"};
  REQUIRE(make_local_key(file, wanted));
  REQUIRE(make_local_key(file, {"two"}));
  const auto keys = *read_local_keys(file);
  CHECK(keys[0].budget == wanted.budget);
  CHECK(keys[0].budget_per_day == wanted.budget_per_day);
  CHECK(keys[0].models == wanted.models);
  CHECK_FALSE(keys[1].budget);
  CHECK(keys[1].models.empty());

  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  for (const auto& row :
       {std::pair{R"("2")", R"("two")"}, std::pair{R"("2")", "null"},
        std::pair{R"("0.05")", "0.05"}, std::pair{R"(["flux","gpt-image-2"])", "[]"},
        std::pair{R"("flux")", "1"}}) {
    const auto* const right = row.first;
    const auto* const wrong = row.second;
    CAPTURE(wrong);
    auto changed = text.str();
    changed.replace(changed.find(right), std::string_view(right).size(), wrong);
    std::ofstream(file) << changed;
    CHECK_FALSE(read_local_keys(file));
  }
}

TEST_CASE("serve: what a caller is held to")
{
  ServeSettings settings;
  Caller caller;
  JobRequest request;
  request.estimate = {Cost::Basis::estimate, 2};
  JobText limited;
  put_limits(request, limited, caller, settings);
  CHECK_FALSE(limited.max_cost);
  CHECK(request.limits.empty());
  CHECK(request.most_under_way == 64);
  caller.budget = 3;
  settings.max_cost_per_day = 7;
  caller.key = "digest";
  put_limits(request, limited, caller, settings);
  CHECK(limited.max_cost == "0.000000002");
  CHECK(request.account == "digest");
  const auto& limits = request.limits;
  REQUIRE(limits.size() == 2);
  CHECK(limits[0].of == CostLimit::Of::account);
  CHECK(limits[0].since == CostLimit::Since::ever);
  CHECK(limits[0].most == 3);
  CHECK(limits[1].of == CostLimit::Of::http);
  CHECK(limits[1].since == CostLimit::Since::midnight);

  const std::vector<std::string> configured{"a", "b"};
  CHECK(models_for(caller, configured) == configured);
  JobText job;
  CHECK(hold_to(caller, configured, job));
  CHECK(job.models.empty()); // each gateway's own
  caller.models = {"b", "c"};
  CHECK(models_for(caller, configured) == std::vector<std::string>{"b"});
  CHECK(models_for(caller, {"a"}) == caller.models);
  CHECK(hold_to(caller, {"b"}, job));
  CHECK(job.models == std::vector<std::string>{"b"});
  job.models = {"a"};
  const auto refused = hold_to(caller, {"b"}, job);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "model_not_found");
}
