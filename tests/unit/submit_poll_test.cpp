#include "plugin_doubles.hpp"
#include "submit_poll/submit_poll.hpp"

#include <doctest/doctest.h>

namespace submit_poll_test {

namespace {

using limn::sdk::Gateway;
using limn::sdk::Job;
using limn::test::Answer;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Pairs;

constexpr auto k_provider =
  limn::sdk::provider<limn::submit_poll::SubmitPoll>("submit_poll", "Submit and poll", "test");

// What came of a job whose requests were answered one after the other.
struct Course {
  Drawn drawn;
  std::vector<std::string> asked; // "POST /img_gen"
  std::vector<long> waits;        // milliseconds
  std::string body;               // of the first request
  bool first_is_billable = false;
  bool others_are_billable = false;
  std::string stop; // how the gateway would be told to stop once the answers ran out
  limn_status failed = LIMN_OK;
  std::string message;
};

Course run(
  const std::vector<Answer>& answers, const Pairs& settings = {},
  const Pairs& gateway_settings = {}, const Job& job = [] {
    Job made;
    made.prompt = "a cat";
    return made;
  }())
{
  Course course;
  const FakeHost host;
  const auto results = limn::test::detail::result_sink(course.drawn);
  const auto items = limn::sdk::borrow(settings);
  const limn_settings given{sizeof(limn_settings), 0, items.data(), items.size()};
  try {
    limn::submit_poll::SubmitPoll provider(limn::sdk::Host(host.host()),
                                           limn::sdk::Settings(&given));
    Gateway gateway;
    gateway.model = "gpt-image-2";
    gateway.settings = gateway_settings;
    const auto dialogue = provider.open(job, gateway);
    for (std::size_t at = 0; at <= answers.size();) {
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
      (course.asked.empty() ? course.first_is_billable : course.others_are_billable) =
        request.billable;
      if (course.asked.empty()) {
        course.drawn.request = request;
        course.body = course.drawn.body();
      }
      course.asked.push_back(request.method + " " + request.path);
      if (at == answers.size()) {
        break;
      }
      const auto& answer = answers[at++];
      limn::sdk::Results sink(&results);
      limn::test::hand_over(*dialogue, answer, sink);
    }
    if (const auto stop = dialogue->cancel()) {
      course.stop = stop->method + " " + stop->path + (stop->billable ? " billable" : "");
    }
  } catch (const limn::sdk::Failure& failure) {
    course.failed = failure.status;
    course.message = failure.message;
  }
  return course;
}

const Pairs k_sdcpp{{"protocol", "sdcpp"}};
const Answer k_accepted{
  202, R"({"id":"job_1","kind":"img_gen","status":"queued","poll_url":"/sdcpp/v1/jobs/job_1"})"};
const Answer k_generating{200,
                          R"({"id":"job_1","status":"generating","result":null,"error":null})"};
const Answer k_completed{
  200,
  R"({"id":"job_1","status":"completed","result":{"output_format":"png","images":[{"index":0,"b64_json":"@limn:1"}]},"error":null})"};
const Answer k_queued_response{
  200, R"({"id":"resp_1","object":"response","status":"queued","error":null,"output":[]})"};
const Answer k_completed_response{
  200,
  R"({"id":"resp_1","status":"completed","model":"gpt-5.5","output":[{"id":"ig_1","type":"image_generation_call","result":"@limn:1"}]})"};
const Answer k_page{503, "<html><title>503</title></html>", LIMN_FORMAT_TEXT};

} // namespace

TEST_CASE("submit_poll: a job is handed in once and asked after until it is done")
{
  struct Case {
    Pairs settings;
    std::vector<Answer> answers;
    std::vector<std::string> asked;
  };
  const Case cases[] = {
    {k_sdcpp,
     {k_accepted, k_generating, k_completed},
     {"POST /img_gen", "GET /jobs/job_1", "GET /jobs/job_1"}},
    {{},
     {k_queued_response, k_queued_response, k_completed_response},
     {"POST /responses", "GET /responses/resp_1", "GET /responses/resp_1"}},
    {{}, {k_completed_response}, {"POST /responses"}}, // no background there
    {k_sdcpp,
     {k_accepted, k_page, {429, "{}"}, {200, "<html>", LIMN_FORMAT_TEXT}, {502}, k_completed},
     {"POST /img_gen", "GET /jobs/job_1", "GET /jobs/job_1", "GET /jobs/job_1", "GET /jobs/job_1",
      "GET /jobs/job_1"}},
    {{},
     {k_queued_response, k_page, {500, R"({"error":{"message":"oops"}})"}, k_completed_response},
     {"POST /responses", "GET /responses/resp_1", "GET /responses/resp_1",
      "GET /responses/resp_1"}},
  };
  for (const auto& one : cases) {
    const auto course = run(one.answers, one.settings);
    CHECK(course.message == "");
    CHECK(course.asked == one.asked);
    REQUIRE(course.drawn.images.size() == 1);
    CHECK(course.drawn.images[0].first == "@limn:1");
    CHECK(course.drawn.finished);
    CHECK(course.first_is_billable);
    CHECK(!course.others_are_billable);
    CHECK(course.stop == "");
  }
}

TEST_CASE("submit_poll: what follows the images of a job takes none of them away")
{
  auto completed = k_completed;
  completed.then = R"({"type":"done"})";
  const auto course = run({k_accepted, completed}, k_sdcpp);
  CHECK(course.message == "");
  CHECK(course.drawn.images.size() == 1);
  CHECK(course.drawn.finished);
}

TEST_CASE("submit_poll: what is asked for is what the user wanted, in the words of the protocol")
{
  Job job;
  job.prompt = "a cat";
  job.size = "768x512";
  job.output_format = "webp";
  job.output_compression = 80;
  job.inputs = {{LIMN_INPUT_IMAGE, "image/png", "a", 1},
                {LIMN_INPUT_IMAGE, "image/png", "b", 1},
                {LIMN_INPUT_MASK, "image/png", "m", 1}};
  CHECK(
    run({k_accepted}, k_sdcpp, {}, job).body
    == R"({"prompt":"a cat","width":768,"height":512,"batch_count":1,"output_format":"webp","output_compression":80,)"
       R"("init_image":"data:image/png;base64,<input 0>","mask_image":"data:image/png;base64,<input 2>",)"
       R"("ref_images":["data:image/png;base64,<input 1>"]})");
  job.inputs.pop_back();
  job.size = "auto";
  CHECK(
    run({k_accepted}, {}, k_sdcpp, job).body
    == R"({"prompt":"a cat","batch_count":1,"output_format":"webp","output_compression":80,)"
       R"("ref_images":["data:image/png;base64,<input 0>","data:image/png;base64,<input 1>"]})");
  const auto body = run({k_queued_response}, {{"host_model", "gpt-6"}}).body;
  CHECK(body.starts_with(R"({"model":"gpt-6","input":)"));
  CHECK(body.ends_with(R"(,"background":true,"store":true,"stream":false})"));
}

TEST_CASE("submit_poll: questions come less and less often, and never before the gateway wants one")
{
  Pairs settings = k_sdcpp;
  settings.emplace_back("poll_shortest", "0.1");
  settings.emplace_back("poll_longest", "0.3");
  auto patient = k_generating;
  patient.headers = {{"retry-after", "7"}};
  const auto course =
    run({k_accepted, k_generating, k_generating, k_generating, patient, k_generating}, settings);
  CHECK(course.waits == std::vector<long>{100, 150, 225, 300, 7000, 300});
}

TEST_CASE("submit_poll: a job that is given up is told to stop once it has a name")
{
  CHECK(run({}, k_sdcpp).stop == "");
  CHECK(run({k_accepted}, k_sdcpp).stop == "POST /jobs/job_1/cancel");
  CHECK(run({k_queued_response, k_page}).stop == "POST /responses/resp_1/cancel");
}

TEST_CASE("submit_poll: the gateway's last words are known while it draws")
{
  const auto state = [](const Course& course) { return course.drawn.notes.back().second; };
  CHECK(state(run({{202, R"({"id":"1","status":"queued","queue_position":3})"}}, k_sdcpp))
        == "queued, 3 before it");
  CHECK(state(run({k_accepted, k_generating}, k_sdcpp)) == "generating");
  CHECK(state(run({k_queued_response, k_page})).starts_with("HTTP 503"));
}

TEST_CASE("submit_poll: an id is one segment of a path, whatever it is")
{
  const std::pair<std::string, std::string> cases[] = {{"a/../b", "GET /jobs/a%2F..%2Fb"},
                                                       {"x?y#z", "GET /jobs/x%3Fy%23z"},
                                                       {"%2e%2e", "GET /jobs/%252e%252e"},
                                                       {"\u00e9 ", "GET /jobs/%C3%A9%20"},
                                                       {"a.b_c-d~e", "GET /jobs/a.b_c-d~e"}};
  for (const auto& [id, expected] : cases) {
    const auto course = run({{202, R"({"status":"queued","id":")" + id + "\"}"}}, k_sdcpp);
    REQUIRE(course.asked.size() == 2);
    CHECK(course.asked[1] == expected);
  }
  for (const auto& id :
       {std::string(".."), std::string("."), std::string(), std::string(600, 'a')}) {
    const auto course = run({{202, R"({"status":"queued","id":")" + id + "\"}"}}, k_sdcpp);
    CHECK(course.failed == LIMN_OUTCOME_UNKNOWN);
    CHECK(course.asked.size() == 1);
  }
  // What it calls itself later, and where it says that it is, does not count.
  const auto course =
    run({{202, R"({"id":"1","status":"queued","poll_url":"http://169.254.169.254/x"})"},
         {200, R"({"id":"2","status":"generating","poll_url":"/admin"})"}},
        k_sdcpp);
  CHECK(course.asked.back() == "GET /jobs/1");
}

TEST_CASE("submit_poll: what went wrong has its class")
{
  struct Case {
    Pairs settings;
    std::vector<Answer> answers;
    limn_status status;
    std::string words;
  };
  const Case cases[] = {
    {k_sdcpp, {{500, R"({"error":{"message":"queue full"}})"}}, LIMN_SERVER, "queue full"},
    {k_sdcpp, {{200, "<html>", LIMN_FORMAT_TEXT}}, LIMN_ENDPOINT, "web page"},
    {k_sdcpp, {k_accepted, {410, R"({"error":"expired"})"}}, LIMN_OUTCOME_UNKNOWN, "HTTP 410"},
    {k_sdcpp, {k_accepted, {404}}, LIMN_OUTCOME_UNKNOWN, "HTTP 404"},
    {k_sdcpp, {k_accepted, {400, R"({"error":{"message":"no"}})"}}, LIMN_INVALID_REQUEST, "no"},
    {k_sdcpp,
     {k_accepted,
      {200,
       R"({"id":"job_1","status":"failed","error":{"code":"generation_failed","message":"nothing came"}})"}},
     LIMN_SERVER,
     "nothing came"},
    {k_sdcpp,
     {k_accepted, {200, R"({"status":"cancelled","error":{"message":"cancelled by client"}})"}},
     LIMN_SERVER,
     "cancelled by client"},
    {k_sdcpp,
     {k_accepted, {200, R"({"status":"completed","result":{"images":[]}})"}},
     LIMN_NO_IMAGE,
     "no image"},
    {{},
     {k_queued_response,
      {200,
       R"({"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"}})"}},
     LIMN_CONTENT,
     "content_filter"},
    {{},
     {k_queued_response,
      {200,
       R"({"id":"resp_1","status":"failed","error":{"code":"moderation_blocked","message":"no"}})"}},
     LIMN_CONTENT,
     "no"},
    {{},
     {k_queued_response,
      {200,
       R"({"id":"resp_1","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"I would rather talk"}]}]})"}},
     LIMN_NO_IMAGE,
     "rather talk"},
    {{}, {{200, R"({"status":"in_progress","output":[]})"}}, LIMN_OUTCOME_UNKNOWN, "no usable id"},
    {{},
     {{400,
       R"({"error":{"message":"background?","code":"unknown_parameter","param":"background"}})"}},
     LIMN_PARAMETER,
     "background?"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const auto course = run(one.answers, one.settings);
    CHECK(course.failed == one.status);
    CHECK(course.message.find(one.words) != std::string::npos);
    CHECK(course.drawn.images.empty());
  }
}

TEST_CASE("submit_poll: a wrong setting is refused before anything is asked")
{
  for (const auto& row : Pairs{{"protocol", "fax"},
                               {"poll_shortest", "soon"},
                               {"poll_longest", "0"},
                               {"poll_longest", "0.1"},
                               {"colour", "red"}}) {
    const auto& key = row.first;
    const auto& value = row.second;
    CAPTURE(key);
    const limn::test::Instance instance(k_provider, FakeHost(), {{key, value}});
    CHECK(!instance.get());
    CHECK(instance.complaint.status == LIMN_SETTINGS);
    CHECK(instance.complaint.message.find(key) != std::string::npos);
  }
  CHECK(run({}, {}, {{"protocol", "fax"}}).failed == LIMN_SETTINGS);
}

} // namespace submit_poll_test
