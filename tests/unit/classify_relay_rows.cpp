#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;
using namespace std::chrono_literals;

namespace {

// A relay had the answer of its upstream, and lost it.
void add_lost_answers(Rows& rows)
{
  for (const auto* text :
       {"cannot write mode RGBA as JPEG", "cannot identify image file <_io.BytesIO object at 0x7f>",
        "illegal base64 data at input byte 4", "Incorrect padding",
        "Response body object should not be disturbed or locked",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "upstream returned invalid JSON", "生成结果为空",
        "failed to fetch image from url returned by upstream", "upstream returned status 504",
        "upstream error: returned HTTP status 502", "HTTP 504 from upstream",
        "上游返回错误状态码: 504"}) {
    rows.add_error(500, outcome_unknown, text);
  }
  // varnishcache/varnish-cache: of time-outs and resets alike
  rows.add(503, outcome_unknown,
           "<!DOCTYPE html><html><head><title>503 Backend fetch failed</title></head></html>");
  rows.add(503, server,
           "<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head></html>");
}

// What a refusal says of the content, beside a message that says nothing.
void add_reasons_elsewhere(Rows& rows)
{
  for (
    const auto* body :
    {R"({"errors":[{"message":"Bad input."},{"message":"Your prompt was flagged as unsafe."}]})",
     R"({"message":"The given data was invalid.","errors":{"prompt":["The prompt contains prohibited content."]}})",
     R"({"error":{"code":400,"message":"Invalid.","details":[{"reason":"PROHIBITED_CONTENT"}]}})",
     R"({"code":400,"message":"failed","data":{"reason":"sensitive"}})",
     R"({"error":{"message":"Request failed."},"moderation_details":{"violence":0.98}})",
     R"({"detail":[{"msg":"Value error","ctx":{"error":"blocked by safety filters"}}]})"}) {
    rows.add(400, content, body);
  }
  rows.add(400, content, R"({"message":"Invalid.","why":"the prompt violates our guidelines"})")
    .says("Invalid. (the prompt violates our guidelines)");
  rows.add(400, unclear,
           R"({"message":"no","prompt":"a sign that says: flagged as unsafe content"})");
}

// "server_error" is what some relays call everything.
void add_labels(Rows& rows)
{
  for (const auto& [status, failure_class] :
       {std::pair{401, auth}, {402, billing}, {404, endpoint}, {429, rate_limited}}) {
    rows.add(status, failure_class, R"({"error":{"message":"x","type":"server_error"}})");
  }
  rows.add(
    400, size,
    R"({"error":{"message":"Invalid size '2048x1024'","type":"server_error","param":"size"}})");
  rows.add(500, server, R"({"error":{"message":"x","type":"server_error"}})");
}

void add_fields_and_waits(Rows& rows)
{
  rows.add_error(400, parameter, "body must NOT have additional properties, found 'quality'")
    .param("quality");
  rows.add_error(400, parameter, "Setting `quality` is not supported by this provider")
    .param("quality");
  rows.add_error(400, parameter, "参数 quality 不被该模型支持").param("quality");
  rows.add_error(400, parameter, "quality is not a supported parameter for this model")
    .param("quality");
  rows.add_error(400, model, "The provided model identifier is invalid.");
  rows.add_error(503, model, "No available compatible accounts");
  rows.add_coded(503, rate_limited, "account_pool_concurrency_saturated", "busy")
    .header("retry-after", "2")
    .wait(2s);
  rows.add_error(500, server,
                 "Client network socket disconnected before secure TLS connection was established");
  rows.add_error(429, rate_limited, "请求过于频繁，请2秒后重试").wait(2s);
  rows.add_error(429, rate_limited, "Please wait 1.5 seconds").wait(1500ms);
  rows.add_error(429, rate_limited, "slow down").header("x-ratelimit-reset-after", "3").wait(3s);
  rows.add(429, rate_limited, R"({"error":{"message":"slow down","retry_after":2.5}})")
    .wait(2500ms);
  rows.add_error(400, parameter, "该模型不支持 size 参数").param("size");
}

} // namespace

void add_relay_rows(Rows& rows)
{
  add_lost_answers(rows);
  add_reasons_elsewhere(rows);
  add_labels(rows);
  add_fields_and_waits(rows);
}

} // namespace limn::test
