#include "serve/readiness.hpp"
#include "serve/serve_metrics.hpp"

#include <doctest/doctest.h>

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
