#include "base/failure_texts.hpp"
#include "classify_rows.hpp"
#include "failure/classify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using limn::Answer;
using limn::classify;
using limn::Failure;
using limn::FailureClass;
using limn::FailureWord;
using limn::FailureWords;
using limn::Pairs;
using limn::test::Row;
using namespace std::chrono_literals;

namespace {

// Sun, 22 Nov 2026 12:00:00 GMT
constexpr std::chrono::system_clock::time_point k_now =
  std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

std::optional<Failure> judge(int status, std::string_view body, const Pairs& headers = {},
                             const FailureWords& extra = {})
{
  return classify({status, &headers, body}, extra, k_now);
}

const std::vector<Row>& all_rows()
{
  static limn::test::Rows rows;
  if (!rows.all.empty()) {
    return rows.all;
  }
  limn::test::add_openai_rows(rows);
  limn::test::add_new_api_rows(rows);
  limn::test::add_gateway_rows(rows);
  limn::test::add_shape_rows(rows);
  limn::test::add_lost_rows(rows);
  limn::test::add_content_rows(rows);
  limn::test::add_vendor_rows(rows);
  limn::test::add_relay_rows(rows);
  limn::test::add_request_rows(rows);
  return rows.all;
}

bool is_ascii(std::string_view text)
{
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

TEST_CASE(
  "every documented failure lands in its class, with its parameter, wait, message and a hint")
{
  for (const auto& row : all_rows()) {
    CAPTURE(row.status);
    CAPTURE(std::string(row.body));
    const auto failure = judge(row.status, row.body, row.headers);
    REQUIRE(failure);
    CHECK(to_string(failure->failure_class) == to_string(row.expected));
    if (!row.expected_param.empty()) {
      CHECK(failure->param == row.expected_param);
    }
    if (!row.expected_message.empty()) {
      CHECK(failure->message == row.expected_message);
    }
    CHECK(failure->retry_after == row.expected_wait);
    CHECK_FALSE(failure->message.empty());
    CHECK_FALSE(failure->hint.empty());
  }
}

TEST_CASE("a message in another language is shown as it came")
{
  int count = 0;
  for (const auto& row : all_rows()) {
    if (!is_ascii(row.body) && row.body.find("sk-") == std::string_view::npos
        && row.body.front() == '{') {
      CAPTURE(std::string(row.body));
      const auto message = judge(row.status, row.body, row.headers)->message;
      CHECK_FALSE(is_ascii(message));
      CHECK(row.body.find(message) != std::string_view::npos);
      ++count;
    }
  }
  CHECK(count > 20);
}

TEST_CASE("a success, whole or in pieces, is no failure")
{
  const std::string_view bodies[] = {
    "",
    "[DONE]",
    "plain words",
    "{}",
    "[]",
    "null",
    R"~({"created":1,"data":[{"b64_json":"token"}],"error":null})~",
    R"~({"created":1,"data":[{"url":"https://x","b64_json":"","revised_prompt":""}],"error":{"message":"","type":"","param":"","code":null}})~",
    R"~({"type":"image_generation.partial_image","b64_json":"token","partial_image_index":0,"size":"1024x1024"})~",
    R"~({"type":"image_generation.completed","b64_json":"token","usage":{}})~",
    R"~({"object":"response","status":"completed","error":null,"incomplete_details":null,"output":[]})~",
    R"~({"type":"response.completed","response":{"status":"completed","error":null,"incomplete_details":null}})~",
    R"~({"type":"response.in_progress","response":{"status":"in_progress","error":null}})~",
    R"~({"type":"keepalive","sequence_number":3})~",
    R"~({"success":true,"data":[],"object":"list"})~",
    R"~({"base_resp":{"status_code":0,"status_msg":"success"},"data":{}})~",
    R"~({"code":0,"message":"ok"})~",
    R"~({"code":200,"message":"success"})~",
    R"~({"code":20000,"message":"success","data":[{"url":"https://x"}]})~",
    R"~({"data":[{"error":"one of two failed"},{"url":"https://x"}]})~",
    R"~({"error":false,"message":"fine"})~",
    R"~({"code":1.5,"message":"odd"})~",
  };
  for (const auto body : bodies) {
    CAPTURE(std::string(body));
    CHECK_FALSE(judge(200, body));
    CHECK_FALSE(judge(246, body)); // Portkey: drawn, though a guardrail had a remark
    CHECK_FALSE(judge(201, body));
  }
}

TEST_CASE("the message is taken from wherever the gateway put it")
{
  const std::pair<std::string_view, std::string_view> rows[] = {
    {R"~({"error":{"message":"here"},"message":"not here"})~", "here"},
    {R"~({"error":[{"message":"here"}]})~", "here"},
    {R"~([{"error":{"message":"here"}}])~", "here"},
    {R"~({"error":"here"})~", "here"},
    {R"~({"error":"Not Found","message":"Cannot POST /x"})~", "Not Found: Cannot POST /x"},
    {R"~({"message":"here","msg":"not here"})~", "here"},
    {R"~({"msg":"here"})~", "here"},
    {R"~({"err":"here"})~", "here"},
    {R"~({"error_msg":"here"})~", "here"},
    {R"~({"detail":"here"})~", "here"},
    {R"~({"detail":[{"loc":["body","n"],"msg":"here"},{"msg":"and here"}]})~", "n: here; and here"},
    {R"~({"detail":{"error":{"message":"here"}}})~", "here"},
    {R"~({"header":{"code":10013,"message":"here"}})~", "here"},
    {R"~({"response":{"error":{"message":"here"}}})~", "here"},
    {R"~({"base_resp":{"status_code":1,"status_msg":"here"}})~", "here"},
    {R"~({"data":[{"error":{"message":"here"}}]})~", "here"},
    {R"~({"data":[{"error":"here"}]})~", "here"},
    {R"~({"error":{"message":"Provider returned error","metadata":{"raw":"here"}}})~",
     "Provider returned error; here"},
    {R"~({"strange":1})~", R"~({"strange":1})~"},
    {"  plain words \n", "plain words"},
    {R"~("a string")~", "a string"},
    {"", "The gateway answered with status 400 and no explanation."},
    {R"~({"error":{"message":"余额不足"}})~", "余额不足"},
    {R"~({"error":{"message":"a\nb\u001b[31mred\u202e"}})~", "a bred"},
    {R"~({"error":{"message":"Incorrect API key provided: sk-abcde****wxyz."}})~",
     "Incorrect API key provided: [redacted]."},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.first));
    const auto failure = judge(400, row.first);
    REQUIRE(failure);
    CHECK(failure->message == row.second);
  }
}

TEST_CASE("a long message is cut to 1000 bytes of valid text")
{
  std::string words;
  for (int i = 0; i < 1000; ++i) {
    words += "错";
  }
  const auto failure = judge(400, R"~({"error":{"message":")~" + words + "\"}}");
  REQUIRE(failure);
  CHECK(failure->message.size() <= 1000);
  CHECK(failure->message.ends_with("错…"));
}

TEST_CASE("the code of a failure is the gateway's own, string or number")
{
  CHECK(judge(400, R"~({"error":{"code":"moderation_blocked"}})~")->code == "moderation_blocked");
  CHECK(judge(402, R"~({"error":{"code":402}})~")->code == "402");
  CHECK(judge(429, R"~({"error":{"code":"1302"}})~")->code == "1302");
  CHECK(judge(200, R"~({"base_resp":{"status_code":1008}})~")->code == "1008");
  CHECK(judge(400, R"~({"error":{"code":null}})~")->code.empty());
  CHECK(
    judge(500, R"~({"error":{"code":"bad_response_status_code","param":"502"}})~")->param.empty());
}

TEST_CASE("a web page is told by its title and never by its markup")
{
  const auto bad_gateway =
    judge(502, "<html>\n<head><TITLE>502 Bad &amp; worse</TITLE></head><body>secret</body>");
  REQUIRE(bad_gateway);
  CHECK(bad_gateway->message
        == "The gateway answered with status 502 and a web page (502 Bad & worse).");

  const auto site = judge(200, "\n<!DOCTYPE html><title>New API</title>");
  REQUIRE(site);
  CHECK(site->message == "The base URL answered with a web page (New API).");
  CHECK(site->hint.find("/v1") != std::string::npos);

  CHECK(judge(200, "<p>")->message == "The base URL answered with a web page.");
  CHECK(judge(403, "<title>Buy more credit, insufficient quota</title>")->failure_class
        == FailureClass::access);
}

TEST_CASE("a redirect names its target without what follows the path")
{
  const auto failure = judge(301, "", {{"location", "https://other.example/v1/images?token=abc"}});
  REQUIRE(failure);
  CHECK(failure->failure_class == FailureClass::endpoint);
  CHECK(failure->message == "The gateway redirects to https://other.example/v1/images.");
  CHECK(judge(307, "")->failure_class == FailureClass::endpoint);
}

TEST_CASE("request_id prefers the id that the gateway's support asks for")
{
  CHECK(limn::request_id({{"cf-ray", "d"},
                          {"x-litellm-call-id", "c"},
                          {"x-oneapi-request-id", "b"},
                          {"x-request-id", "a"}})
        == "a");
  CHECK(limn::request_id({{"cf-ray", "d"}, {"x-litellm-call-id", "c"}, {"x-request-id", ""}})
        == "c");
  CHECK(limn::request_id({{"x-request-id", "a\x1b[31mb"}}) == "ab");
  CHECK(limn::request_id({}).empty());
}

TEST_CASE("words of the user go before those that are built in")
{
  using Where = FailureWord::Where;
  const FailureWords extra{
    {Where::code, "Model_Not_Found", FailureClass::billing},
    {Where::type, "odd_type", FailureClass::access},
    {Where::message, "Out Of*paint", FailureClass::rate_limited, 500},
    {Where::message, "", FailureClass::content},
    {Where::message, "*", FailureClass::content},
  };
  CHECK(judge(404, R"~({"error":{"code":"model_not_found"}})~", {}, extra)->failure_class
        == FailureClass::billing);
  CHECK(judge(400, R"~({"error":{"type":"odd_type"}})~", {}, extra)->failure_class
        == FailureClass::access);
  CHECK(judge(500, R"~({"error":{"message":"we are out of red paint"}})~", {}, extra)->failure_class
        == FailureClass::rate_limited);
  CHECK(judge(400, R"~({"error":{"message":"we are out of red paint"}})~", {}, extra)->failure_class
        == FailureClass::unclear);
  CHECK_FALSE(judge(200, R"~({"data":[],"x":"out of paint"})~", {}, extra));
}

TEST_CASE("a word that an error merely quotes from the prompt is not taken for a matter of money")
{
  CHECK(
    judge(
      400,
      R"~({"error":{"message":"Invalid value: 'a credit card on a balance'.","param":"quality"}})~")
      ->failure_class
    == FailureClass::invalid_request);
}

TEST_CASE("what a plugin calls an invalid request is unclear where it only passes that reading on")
{
  const Pairs none;
  const auto again = [&none](FailureClass said, std::string message, std::string_view body) {
    return limn::read_again(Failure(said, std::move(message)), {400, &none, body}, {})
      .failure_class;
  };
  constexpr std::string_view odd = R"~({"error":{"message":"odd"}})~";
  CHECK(again(FailureClass::invalid_request, "odd", odd) == FailureClass::unclear);
  CHECK(again(FailureClass::invalid_request, "the plugin knows what odd means", odd)
        == FailureClass::invalid_request);
  CHECK(again(FailureClass::model, "odd", odd) == FailureClass::model);
  constexpr std::string_view plain = R"~({"error":{"message":"The prompt is too long."}})~";
  CHECK(again(FailureClass::invalid_request, "The prompt is too long.", plain)
        == FailureClass::invalid_request);
}

TEST_CASE("every class has a hint")
{
  for (int i = static_cast<int>(FailureClass::content);
       i <= static_cast<int>(FailureClass::unclear); ++i) {
    CHECK_FALSE(limn::default_hint(static_cast<FailureClass>(i)).empty());
  }
}

TEST_CASE("damaged answers never crash, and an error status stays an error")
{
  std::mt19937 random(20261122); // the same run every time
  const auto pick = [&random](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const auto& rows = all_rows();
  for (int round = 0; round < 40; ++round) {
    for (const auto& row : rows) {
      std::string body(row.body);
      for (std::size_t changes = pick(6); changes > 0 && !body.empty(); --changes) {
        switch (pick(4)) {
        case 0:
          body[pick(body.size())] = static_cast<char>(pick(256));
          break;
        case 1:
          body.resize(pick(body.size()));
          break;
        case 2:
          body.erase(pick(body.size()), pick(8));
          break;
        default:
          body.insert(pick(body.size()), body.substr(pick(body.size()), pick(20)));
        }
      }
      const auto failure = judge(row.status, body, {{"retry-after", body.substr(0, 30)}});
      CHECK((failure || row.status == 200));
      if (failure) {
        CHECK(failure->message.size() <= 1000);
      }
    }
  }
}

TEST_CASE("deep or hostile JSON is only text")
{
  CHECK(judge(400, std::string(200000, '['))->failure_class == FailureClass::unclear);
  CHECK_FALSE(judge(200, std::string(200000, '{')));
  CHECK(classify({500, nullptr, R"~({"error":{"message":"x"}})~"}, {}, k_now)->failure_class
        == FailureClass::server);
}
