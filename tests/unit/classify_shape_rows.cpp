#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;
using namespace std::chrono_literals;

namespace {

void add_documents(Rows& rows)
{
  // `error` as an object whose members are missing, null, empty or numbers
  rows.add(429, billing, R"~({"error":{"code":"insufficient_quota"}})~")
    .says(R"~({"error":{"code":"insufficient_quota"}})~");
  rows.add(429, billing, R"~({"error":{"type":"insufficient_quota"}})~");
  rows.add(429, billing, R"~({"error":{"message":"You exceeded your current quota"}})~")
    .says("You exceeded your current quota");
  rows.add(400, unclear, R"~({"error":{"message":"x","type":"","param":"","code":""}})~").says("x");
  rows.add(400, unclear, R"~({"error":{}})~");
  rows.add(400, unclear, R"~({"error":null})~");
  rows.add(402, billing, R"~({"error":{"code":402,"message":"x"}})~");
  rows.add(200, billing, R"~({"error":{"code":402,"message":"x"}})~");
  rows.add(200, billing, R"~({"error":{"code":"402","message":"x"}})~");
  rows.add(429, rate_limited, R"~({"error":{"code":"429","message":"x"}})~");
  // `error` as a string, an object in a list, a flag
  rows.add(402, billing, R"~({"error":"out of money"})~").says("out of money");
  rows.add(403, billing, R"~({"error":"insufficient_user_quota"})~");
  rows.add(200, billing, R"~({"error":"Insufficient credits"})~").says("Insufficient credits");
  rows.add(404, model, R"~({"error":"model_not_found","message":"no such model"})~");
  rows.add(429, billing, R"~({"error":[{"code":"insufficient_quota","message":"x"}]})~");
  rows.add(200, server, R"~({"error":true,"message":"it broke"})~").says("it broke");
  rows.add(400, unclear, R"~({"errors":["first","second"]})~");
  // Everything in a list
  rows.add(429, billing, R"~([{"error":{"code":"insufficient_quota","message":"x"}}])~").says("x");
  // Codes and messages beside each other
  rows.add(403, billing, R"~({"code":"INSUFFICIENT_BALANCE","message":"x"})~").says("x");
  rows.add(403, billing, R"~({"msg":"余额不足"})~").says("余额不足");
  rows.add(403, billing, R"~({"err":"余额不足"})~").says("余额不足");
  rows.add(403, billing, R"~({"error_msg":"余额不足"})~").says("余额不足");
  rows.add(200, billing, R"~({"code":403,"msg":"余额不足"})~").says("余额不足");
  rows.add(200, billing, R"~({"success":false,"msg":"余额不足"})~").says("余额不足");
  // FastAPI
  rows.add(404, endpoint, R"~({"detail":"Not Found"})~").says("Not Found");
  rows.add(401, auth, R"~({"detail":"Not authenticated"})~").says("Not authenticated");
  rows.add(402, billing, R"~({"detail":"Insufficient credits"})~");
  rows.add(400, billing, R"~({"detail":"Insufficient credits"})~");
  rows
    .add(
      422, invalid_request,
      R"~({"detail":[{"loc":["body","n"],"msg":"Input should be less than 5","type":"less_than"},{"loc":["body","prompt"],"msg":"Field required","type":"missing"}]})~")
    .param("n")
    .says("n: Input should be less than 5; prompt: Field required");
  rows.add(429, billing, R"~({"detail":{"error":{"code":"insufficient_quota","message":"x"}}})~")
    .says("x");
  // Wrapped in an object of another name
  rows.add(400, billing, R"~({"header":{"code":10013,"message":"余额不足"}})~").says("余额不足");
  rows.add(400, content, R"~({"response":{"error":{"code":"moderation_blocked","message":"x"}}})~")
    .says("x");
  rows
    .add(200, billing,
         R"~({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})~")
    .says("insufficient balance");
  rows
    .add(
      200, content,
      R"~({"data":[{"error":{"code":"moderation_blocked","message":"x"}},{"error":{"message":"y"}}]})~")
    .says("x");
  rows.add(200, billing, R"~({"data":[{"error":"余额不足"}]})~").says("余额不足");
  // Text and pages
  rows.add(403, billing, "  余额不足\n").says("余额不足");
  rows.add(429, rate_limited, "slow down, try again in 3s").wait(3s);
  rows.add(400, content, R"~("Your request was rejected by the safety system.")~")
    .says("Your request was rejected by the safety system.");
  rows
    .add(502, outcome_unknown,
         "<HTML><HEAD><TITLE>\n 502 Bad Gateway \n</TITLE></HEAD><BODY>sk-secret</BODY></HTML>")
    .says("The gateway answered with status 502 and a web page (502 Bad Gateway).");
  rows
    .add(503, server,
         "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this "
         "request.\n</body></html>")
    .says("The gateway answered with status 503 and a web page (503 Service Unavailable).");
}

// One message of a stream, or the response object of the Responses API.
void add_messages(Rows& rows)
{
  rows.add(
    200, server,
    R"~({"type":"error","error":{"type":"image_generation_server_error","code":"image_generation_failed","message":"Image generation failed","param":null}})~");
  rows.add(
    200, rate_limited,
    R"~({"type":"error","code":"rate_limit_exceeded","message":"slow","param":null,"sequence_number":3})~");
  rows.add(
    200, server,
    R"~({"type":"response.failed","response":{"object":"response","status":"failed","error":{"code":"server_error","message":"x"}}})~");
  rows.add(
    200, content,
    R"~({"type":"response.failed","response":{"status":"failed","error":{"code":"image_content_policy_violation","message":"x"}}})~");
  rows.add(
    200, invalid_request,
    R"~({"type":"response.failed","response":{"status":"failed","error":{"code":"empty_image_file","message":"x"}}})~");
  rows.add(200, server,
           R"~({"type":"response.failed","response":{"status":"failed","error":null}})~");
  rows.add(
    200, content,
    R"~({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}})~");
  rows.add(
    200, no_image,
    R"~({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}})~");
  rows.add(
    200, content,
    R"~({"object":"response","status":"incomplete","error":null,"incomplete_details":{"reason":"content_filter"}})~");
  rows.add(200, billing, R"~({"error":"insufficient balance"})~");
  rows.add(200, server, R"~({"error":{"message":"x","type":"y"}})~");
  rows.add(200, billing,
           R"~({"errors":[{"code":1008,"message":"Insufficient balance"}],"success":false})~");
  rows.add(200, server, R"~({"code":1234,"message":"it broke"})~");
  rows.add(200, content, R"~({"data":[{"error":{"message":"x","code":"moderation_blocked"}}]})~");
  rows.add(200, billing, R"~({"error":{"code":402,"message":"Insufficient credits"}})~");
  rows.add(
    200, outcome_unknown,
    R"~({"id":"1","object":"chat.completion.chunk","error":{"code":502,"message":"Provider disconnected"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]})~");
}

} // namespace

void add_shape_rows(Rows& rows)
{
  add_documents(rows);
  add_messages(rows);
}

} // namespace limn::test
