#include "openai_images/openai_images.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

#include <map>

// What becomes of an images endpoint's answer that is a job: the places that are asked after it.
namespace {

using limn::sdk::Gateway;
using limn::sdk::Job;
using limn::test::Answer;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Pairs;

// What a place answers, one after the other; the last for ever.
using Places = std::map<std::string, std::vector<Answer>>;

struct Course {
  Drawn drawn;
  std::vector<std::string>
    asked;                 // "https://gw.example/v1/tasks/7", without those that knew nothing
  std::vector<long> waits; // milliseconds
  int questions = 0;
  int billable = 0;
  limn_status failed = LIMN_OK;
  std::string message;
};

constexpr auto k_base = "https://gw.example/v1";

Course run(const Answer& submitted, const Places& places, int count = 1)
{
  Course course;
  const FakeHost host;
  const auto results = limn::test::detail::result_sink(course.drawn);
  std::map<std::string, std::size_t> times;
  try {
    limn::openai_images::OpenAiImages provider(limn::sdk::Host(host.host()), limn::sdk::Settings());
    Job job;
    job.prompt = "a cat";
    job.count = count;
    Gateway gateway;
    gateway.base_url = k_base;
    gateway.model = "gpt-image-2";
    const auto dialogue = provider.open(job, gateway);
    while (course.questions < 200) {
      const auto step = dialogue->next();
      if (std::holds_alternative<limn::sdk::Finish>(step)) {
        course.drawn.finished = true;
        break;
      }
      if (const auto* wait = std::get_if<limn::sdk::Wait>(&step)) {
        course.waits.push_back(static_cast<long>(wait->time.count()));
        continue;
      }
      const auto& request = std::get<limn::sdk::Send>(step).request;
      course.billable += request.billable ? 1 : 0;
      const auto url = request.target.empty()            ? k_base + request.path
                       : request.target.starts_with('/') ? "https://gw.example" + request.target
                                                         : request.target;
      Answer answer{404, R"({"error":{"message":"Not Found"}})"};
      if (request.billable) {
        answer = submitted;
      } else if (const auto found = places.find(url); found != places.end()) {
        answer = found->second[std::min(times[url]++, found->second.size() - 1)];
        course.asked.push_back(url);
      }
      course.questions += request.billable ? 0 : 1;
      CHECK(request.billable == (request.method == "POST"));
      limn::sdk::Results sink(&results);
      limn::test::hand_over(*dialogue, answer, sink);
    }
  } catch (const limn::sdk::Failure& failure) {
    course.failed = failure.status;
    course.message = failure.message;
  }
  return course;
}

const std::string k_url = "https://cdn.example/i.png";
const std::string k_origin = "https://gw.example";

} // namespace

TEST_CASE("openai_images: a job is followed to its image wherever the gateway has it")
{
  struct Case {
    const char* what;
    Answer submitted;
    Places places;
    std::vector<std::string> asked;
    std::string image = k_url;
  };
  const std::string tasks = k_origin + "/v1/tasks/t7";
  const Case cases[] = {
    {"APIMart",
     {200, R"({"code":200,"data":[{"status":"submitted","task_id":"t7"}]})"},
     {{tasks,
       {{200, R"({"code":200,"data":{"id":"t7","status":"processing","progress":10}})"},
        {200, R"({"code":200,"data":{"id":"t7","status":"completed","result":{"images":[{"url":[")"
                + k_url + R"("],"expires_at":1}]}}})"}}}},
     {tasks, tasks}},
    {"sub2api, in the path that it tells",
     {202, R"({"task_id":"t7","status":"processing","poll_url":"/v1/images/tasks/t7"})"},
     {{k_origin + "/v1/images/tasks/t7",
       {{200, R"({"task_id":"t7","status":"completed","result":{"data":[{"b64_json":"T1"}]}})"}}}},
     {k_origin + "/v1/images/tasks/t7"},
     "T1"},
    {"DashScope, outside of the base URL",
     {200, R"({"output":{"task_status":"PENDING","task_id":"t7"},"request_id":"r"})"},
     {{k_origin + "/api/v1/tasks/t7",
       {{200, R"({"output":{"task_id":"t7","task_status":"RUNNING"}})"},
        {200, R"({"output":{"task_id":"t7","task_status":"SUCCEEDED","results":[{"url":")" + k_url
                + R"("}]}})"}}}},
     {k_origin + "/api/v1/tasks/t7", k_origin + "/api/v1/tasks/t7"}},
    {"ModelScope: the word for success is already in the first answer",
     {200, R"({"task_status":"SUCCEED","task_id":"t7","request_id":"r"})"},
     {{tasks,
       {{200,
         R"({"task_id":"t7","task_status":"SUCCEED","output_images":[")" + k_url + R"("]})"}}}},
     {tasks}},
    {"Kling",
     {200, R"({"code":0,"data":{"task_id":"t7","task_status":"submitted"}})"},
     {{k_origin + "/v1/images/generations/t7",
       {{200, R"({"data":{"task_status":"succeed","task_result":{"images":[{"index":0,"url":")"
                + k_url + R"("}]}}})"}}}},
     {k_origin + "/v1/images/generations/t7"}},
    {"Black Forest Labs: an address of another server, which is asked for at this one",
     {200, R"({"id":"t7","polling_url":"https://api.bfl.example/v1/get_result?id=t7"})"},
     {{k_origin + "/v1/get_result?id=t7",
       {{200, R"({"id":"t7","status":"Pending"})"},
        {200, R"({"id":"t7","status":"Ready","result":{"sample":")" + k_url + R"("}})"}}}},
     {k_origin + "/v1/get_result?id=t7", k_origin + "/v1/get_result?id=t7"}},
    {"fal: the status at one place and the image at another",
     {200,
      R"({"status":"IN_QUEUE","request_id":"t7","status_url":"https://gw.example/x/t7/status",)"
      R"("response_url":"https://gw.example/x/t7"})"},
     {{k_origin + "/x/t7/status", {{200, R"({"status":"COMPLETED","response_url":"/x/t7"})"}}},
      {k_origin + "/x/t7", {{200, R"({"images":[{"url":")" + k_url + R"("}]})"}}}},
     {k_origin + "/x/t7/status", k_origin + "/x/t7"}},
    {"Replicate: what went in is no image",
     {201,
      R"({"id":"t7","status":"starting","urls":{"get":"https://gw.example/v1/predictions/t7"}})"},
     {{k_origin + "/v1/predictions/t7",
       {{200, R"({"id":"t7","status":"succeeded","input":{"image":"https://x/in.png"},"output":[")"
                + k_url + R"("]})"}}}},
     {k_origin + "/v1/predictions/t7"}},
    {"kie.ai: JSON in a string",
     {200, R"({"code":200,"msg":"success","data":{"taskId":"t7"}})"},
     {{k_origin + "/api/v1/jobs/recordInfo?taskId=t7",
       {{200,
         R"({"code":200,"data":{"taskId":"t7","state":"success","resultJson":"{\"resultUrls\":[\")"
           + k_url + R"(\"]}"}})"}}}},
     {k_origin + "/api/v1/jobs/recordInfo?taskId=t7"}},
    {"a Midjourney proxy: an image under way is a preview",
     {200, R"({"code":1,"description":"ok","result":"1320098173412546"})"},
     {{k_origin + "/mj/task/1320098173412546/fetch",
       {{200,
         R"({"id":"1320098173412546","status":"IN_PROGRESS","imageUrl":"https://x/half.png"})"},
        {200, R"({"id":"1320098173412546","status":"SUCCESS","imageUrl":")" + k_url + R"("})"}}}},
     {k_origin + "/mj/task/1320098173412546/fetch", k_origin + "/mj/task/1320098173412546/fetch"}},
    {"a Location alone",
     {202, "", LIMN_FORMAT_JSON, {{"location", "/ops/7"}}},
     {{k_origin + "/ops/7", {{200, R"({"status":"done","image":"@limn:1"})"}}}},
     {k_origin + "/ops/7"},
     "@limn:1"},
    {"Azure",
     {202,
      R"({"id":"t7","status":"notRunning"})",
      LIMN_FORMAT_JSON,
      {{"operation-location", "https://gw.example/openai/operations/images/t7?api-version=1"}}},
     {{k_origin + "/openai/operations/images/t7?api-version=1",
       {{200, R"({"status":"succeeded","result":{"data":[{"url":")" + k_url + R"("}]}})"}}}},
     {k_origin + "/openai/operations/images/t7?api-version=1"}},
    {"the Responses API in the background",
     {200, R"({"id":"t7","object":"response","status":"queued","output":[]})"},
     {{k_origin + "/v1/responses/t7",
       {{200,
         R"({"id":"t7","status":"completed","output":[{"type":"image_generation_call","result":"T1"}]})"}}}},
     {k_origin + "/v1/responses/t7"},
     "T1"},
    {"a path that is meant behind the base URL",
     {202, R"({"job_id":"t7","status":"queued","poll_url":"/jobs/t7"})"},
     {{k_origin + "/v1/jobs/t7", {{200, R"({"status":"done","result":{"images":["T1"]}})"}}}},
     {k_origin + "/v1/jobs/t7"},
     "T1"},
    {"an id that is more than a segment",
     {202, R"({"task_id":"a/../b?c","status":"queued"})"},
     {{k_origin + "/v1/tasks/a%2F..%2Fb%3Fc",
       {{200, R"({"status":"done","data":[{"b64_json":"T1"}]})"}}}},
     {k_origin + "/v1/tasks/a%2F..%2Fb%3Fc"},
     "T1"},
    {"a page and a 503 say nothing of the job",
     {202, R"({"task_id":"t7","status":"queued"})"},
     {{tasks,
       {{200, R"({"task_id":"t7","status":"running"})"},
        {503, "<html>", LIMN_FORMAT_TEXT},
        {200, "<html>", LIMN_FORMAT_TEXT},
        {200, R"({"status":"done","data":[{"b64_json":"T1"}]})"}}}},
     {tasks, tasks, tasks, tasks},
     "T1"},
    {"a place that answers any question",
     {202, R"({"task_id":"t7","status":"queued"})"},
     {{tasks, {{200, R"({"object":"list","data":[]})"}}},
      {k_origin + "/v1/images/tasks/t7",
       {{200, R"({"status":"done","data":[{"b64_json":"T1"}]})"}}}},
     {tasks, k_origin + "/v1/images/tasks/t7"},
     "T1"},
    {"a job that is known a moment later",
     {202, R"({"task_id":"t7","status":"queued"})"},
     {{tasks, {{404, "{}"}, {200, R"({"status":"done","data":[{"b64_json":"T1"}]})"}}}},
     {tasks, tasks},
     "T1"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto course = run(expected.submitted, expected.places);
    CHECK(course.message == "");
    CHECK(course.asked == expected.asked);
    CHECK(course.drawn.images == Pairs{{expected.image, ""}});
    CHECK(course.drawn.finished);
    CHECK(course.billable == 1);
  }
}

TEST_CASE("openai_images: a job that cannot be followed is told by its id and address")
{
  struct Case {
    const char* what;
    Answer submitted;
    Places places;
    limn_status failed;
    std::vector<std::string> told;
  };
  const std::string tasks = k_origin + "/v1/tasks/t7";
  const Answer queued{202, R"({"task_id":"t7","status":"queued"})"};
  const Case cases[] = {
    {"nowhere", queued, {}, LIMN_OUTCOME_UNKNOWN, {"t7", "none of the places"}},
    {"an address of another server",
     {202, R"({"status":"queued","poll_url":"https://else.example/jobs/9"})"},
     {},
     LIMN_OUTCOME_UNKNOWN,
     {"https://else.example/jobs/9"}},
    {"forgotten",
     queued,
     {{tasks, {{200, R"({"task_id":"t7","status":"running"})"}, {410, "{}"}}}},
     LIMN_OUTCOME_UNKNOWN,
     {"t7", "does not know it any more"}},
    {"failed",
     queued,
     {{tasks, {{200, R"({"task_id":"t7","status":"FAILURE","fail_reason":"no GPU"})"}}}},
     LIMN_SERVER,
     {"t7", "no GPU"}},
    {"moderated",
     queued,
     {{tasks, {{200, R"({"id":"t7","status":"Content Moderated"})"}}}},
     LIMN_CONTENT,
     {"t7", "Content Moderated"}},
    {"failed, told without its id where the gateway said",
     {202, R"({"task_id":"t7","status":"queued","poll_url":"https://gw.example/q/7"})"},
     {{k_origin + "/q/7", {{200, R"({"status":"failed","error":{"message":"no GPU"}})"}}}},
     LIMN_SERVER,
     {"t7", "no GPU"}},
    {"done without an image",
     queued,
     {{tasks, {{200, R"({"task_id":"t7","status":"completed","data":[]})"}}}},
     LIMN_NO_IMAGE,
     {"t7", "holds no image"}},
    {"a server that only ever is in trouble",
     queued,
     {{tasks, {{503, ""}}}},
     LIMN_OUTCOME_UNKNOWN,
     {"t7"}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto course = run(expected.submitted, expected.places);
    CHECK(course.failed == expected.failed);
    for (const auto& told : expected.told) {
      CAPTURE(course.message);
      CHECK(course.message.find(told) != std::string::npos);
    }
    CHECK(course.drawn.images.empty());
    CHECK(course.billable == 1);
  }
}

TEST_CASE("openai_images: of several jobs each is followed, also where one fails")
{
  const Answer two{
    200,
    R"({"data":[{"status":"submitted","task_id":"t1"},{"status":"submitted","task_id":"t2"}]})"};
  const auto place = [](const char* id) { return k_origin + "/v1/tasks/" + id; };
  const Answer failed{200, R"({"task_id":"t1","status":"failed","error":"no GPU"})"};
  const auto drawn = [](const char* token) {
    return Answer{200, std::string(R"({"status":"done","image":")") + token + "\"}"};
  };
  auto course = run(two, {{place("t1"), {drawn("@limn:1")}}, {place("t2"), {drawn("@limn:2")}}}, 2);
  CHECK(course.drawn.images == Pairs{{"@limn:1", ""}, {"@limn:2", ""}});
  CHECK(course.drawn.finished);

  course = run(two, {{place("t1"), {failed}}, {place("t2"), {drawn("@limn:2")}}}, 2);
  CHECK(course.drawn.images == Pairs{{"@limn:2", ""}});
  CHECK(course.failed == LIMN_SERVER);
  CHECK(course.message.find("t1") != std::string::npos);

  course = run(two, {{place("t1"), {drawn("@limn:1")}}}, 2);
  CHECK(course.drawn.images == Pairs{{"@limn:1", ""}});
  CHECK(course.failed == LIMN_OUTCOME_UNKNOWN);
  CHECK(course.message.find("t2") != std::string::npos);
  CHECK(course.billable == 1);
}

TEST_CASE("openai_images: a job is asked after less and less often, and never before it is wanted")
{
  const std::string tasks = k_origin + "/v1/tasks/t7";
  const Answer running{200, R"({"task_id":"t7","status":"running"})"};
  auto patient = running;
  patient.headers = {{"retry-after", "9"}};
  const auto course = run({202, R"({"task_id":"t7","status":"queued"})"},
                          {{tasks,
                            {running,
                             running,
                             running,
                             patient,
                             running,
                             {200, R"({"status":"done","image":"@limn:1"})"}}}});
  CHECK(course.waits == std::vector<long>{1000, 1500, 2250, 3375, 9000, 5000});
}

TEST_CASE("openai_images: what is no job is not asked after")
{
  for (const auto* answer :
       {R"({"id":"1","data":[],"status":"success"})", R"({"created":1,"data":[]})",
        R"({"id":"chatcmpl-1","choices":[{"message":{"content":"No."}}]})",
        R"({"code":1,"result":"no such thing"})", R"({"status":"failed","task_id":"t7"})",
        R"({"error":{"message":"task_id is missing"},"task_id":"t7"})"}) {
    CAPTURE(answer);
    const auto course = run({200, answer}, {});
    CHECK(course.questions == 0);
    CHECK(course.failed != LIMN_OK);
  }
}
